import { join } from "node:path";
import { until } from "../until";
import { refusal, sharedHost, textFor } from "./provider-host";

const host = sharedHost();
const toy = (kind: string) => host().resource(kind, textFor(join(__dirname, "toys.ts"), kind));

type Operation = (throws: string) => Promise<unknown>;

const operations: [string, Operation][] = [
  ["check", (throws) => toy("Thrower").check(undefined, { throws })],
  ["create", (throws) => toy("Thrower").create({ throws })],
  ["update", (throws) => toy("Thrower").update("toy", { throws }, { throws, size: 2 })],
  ["delete", (throws) => toy("Thrower").delete("toy", { throws })],
];

/** The whole text: a stack would be noise here. */
const messages: [string, string, string][] = [
  ["an error", "bug", "cannot read x of undefined"],
  ["a text", "text", "out of paper"],
  ["an object", "object", "[object Object]"],
  ["undefined", "undefined", "unknown failure"],
];

describe.each(operations)("%s that throws", (_name, operation) => {
  test.each(messages)("%s tells the engine so, and prints nothing", async (_case, throws, message) => {
    const printed = await printedBy(async () => {
      const failure = await refusal(operation(throws));
      expect(failure.message).toBe(message);
    });
    expect(printed).toBe("");
  });
});

test("what others print after a failure is still seen", async () => {
  const printed = await printedBy(async () => {
    await refusal(toy("Thrower").delete("toy", { throws: "text" }));
    await toy("Printer").create({ text: "(node:1) Warning: old" });
  });
  expect(printed).toBe("(node:1) Warning: old\n");
});

let calls = 0;

/** What comes before a line that is printed at the end: then all of it has arrived. */
async function printedBy(work: () => Promise<unknown>): Promise<string> {
  const before = host().stderr().length;
  const end = `end of ${calls++}\n`;
  await work();
  await toy("Printer").create({ text: end.trim() });
  await until("what was printed has arrived", () => host().stderr().endsWith(end));
  return host().stderr().slice(before, -end.length);
}
