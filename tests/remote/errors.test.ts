import { inspect } from "node:util";
import { lastWords, RemoteError, type RemoteErrorKind } from "../../remote/errors";

const failure = (cause: string, kind: RemoteErrorKind = "failed") => ({
  kind,
  cause,
  remedy: "Do it again.",
});

test("an error says where, what and what to do", () => {
  const error = new RemoteError(failure("it broke", "refused"), { machine: "s1", script: "join" });
  expect(error.message).toBe("s1: it broke.\nDo it again.");
  expect(error).toMatchObject({ kind: "refused", machine: "s1", script: "join", remedy: "Do it again." });
});

test("no part of an error holds a secret", () => {
  const answer = {
    code: 1,
    stdout: "out hunter22",
    stderr: `err ${Buffer.from("hunter22").toString("base64")}`,
  };
  const error = new RemoteError(
    { ...failure("saw hunter22"), answer, remedy: "Not hunter22." },
    { machine: "s1", secrets: ["hunter22"] },
  );
  expect(error.answer).toEqual({ code: 1, stdout: "out [secret]", stderr: "err [secret]" });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hunter22|aHVudGVyMjI/);
});

test("a secret that a shortened message would cut in two is taken out before", () => {
  const secret = "s".repeat(50);
  const error = new RemoteError(failure(`${"x".repeat(980)}${secret}`), { machine: "s1", secrets: [secret] });
  expect(error.message).not.toContain("ssss");
});

test("a message is two lines, whatever a machine says", () => {
  const error = new RemoteError(failure("a\nb\u001b[31m\r\u009b"), { machine: "s1" });
  expect(error.message).toBe("s1: a b [31m.\nDo it again.");
});

test.each(["the disk is full", "the disk is full.", "the disk is full...\n"])(
  "%j is told with one full stop",
  (words) => {
    const error = new RemoteError(failure(words), { machine: "s1" });
    expect(error.message).toBe("s1: the disk is full.\nDo it again.");
  },
);

test.each([
  ["", "", ""],
  ["out\n", "", ": out"],
  ["out\n", "first\nlast\n\n", ": last"],
  ["out\n", "  \n", ": out"],
])("of the output %j and %j the last line counts", (stdout, stderr, expected) => {
  expect(lastWords({ stdout, stderr })).toBe(expected);
});
