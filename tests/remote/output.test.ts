import { PassThrough } from "node:stream";
import { tail } from "../../remote/output";

function collected(chunks: (string | Buffer)[], limit: number, mark?: string) {
  const stream = new PassThrough();
  const result = tail(stream, limit, mark);
  return new Promise<{ began: boolean; text: string }>((resolve) => {
    stream.on("end", () => resolve({ began: result.began(), text: result.text() }));
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });
}

test.each([
  ["nothing", [], { began: false, text: "" }],
  ["noise alone", ["Welcome\n"], { began: false, text: "Welcome\n" }],
  ["the mark alone", ["mark\n"], { began: true, text: "" }],
  ["an answer", ["mark\nanswer\n"], { began: true, text: "answer\n" }],
  ["noise before the mark", ["Welcome\nmark\n", "answer"], { began: true, text: "answer" }],
  ["noise without a line's end", ["> mark\nanswer"], { began: true, text: "answer" }],
  ["a mark in pieces", ["noise m", "ar", "k\nan", "swer"], { began: true, text: "answer" }],
  ["a second mark", ["mark\na\nmark\nb\n"], { began: true, text: "a\nmark\nb\n" }],
])("of %s only what follows the mark is an answer", async (_, chunks, expected) => {
  expect(await collected(chunks, 100, "mark")).toEqual(expected);
});

test("a character in two pieces is one", async () => {
  const bytes = Buffer.from("é");
  expect((await collected([bytes.subarray(0, 1), bytes.subarray(1)], 100)).text).toBe("é");
});

test("what is too long is kept from a whole line on, and says so", async () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index + 100}\n`);
  const { text } = await collected(lines, 45);
  expect(text).toBe("[864 bytes are left out]\nline 196\nline 197\nline 198\nline 199\n");
});

test("what is as long as allowed is kept whole", async () => {
  expect((await collected(["0123456789"], 10)).text).toBe("0123456789");
});

test("noise without an end does not fill the memory, and hides no mark", async () => {
  const noise = "x".repeat(1000);
  expect(await collected([...Array(100).fill(noise), "mark\nanswer"], 50, "mark")).toEqual({
    began: true,
    text: "answer",
  });
});
