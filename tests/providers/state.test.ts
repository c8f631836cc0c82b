import { join } from "node:path";
import { type Asked, type Props, refusal, sharedHost, textFor } from "./provider-host";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const toys = join(__dirname, "toys.ts");

const host = sharedHost();
const toy = (kind: string): Asked => host().resource(kind, textFor(toys, kind));
const provider = (kind: string) => ({ __provider: textFor(toys, kind) });

describe("check", () => {
  test("judges by the last value of what is not known yet, and does not show it: it may be a secret", async () => {
    const news = { size: 2, token: unknown, config: { name: "s1", join: unknown } };
    const old = { size: 1, token: "secret", config: { name: "s1", join: "a" } };
    const { inputs, failures } = await toy("Checker").check(old, news);
    expect(failures).toEqual([{ property: "", reason: "from 1 to 2" }]);
    expect(inputs).toEqual({ ...news, ...provider("Checker") });
  });

  test("leaves unknown what was never known, and does not judge it", async () => {
    const answer = await toy("Checker").check(undefined, { size: unknown });
    expect(answer).toEqual({ inputs: { size: unknown, ...provider("Checker") }, failures: [] });
  });

  test.each<[string, Props | undefined, string]>([
    ["nothing before it when it is made", undefined, "new to 2"],
    ["what it was before when it changes", { size: 1 }, "from 1 to 2"],
  ])("is given %s", async (_case, old, seen) => {
    const { failures } = await toy("Checker").check(old, { size: 2 });
    expect(failures).toEqual([{ property: "", reason: seen }]);
  });
});

const inputs = { size: 1, seed: 1, labels: { a: "1", b: "2" }, row: "urn-1" };
const state = { ...inputs, answer: 42 };

test.each<[string, Props]>([
  ["outputs", state],
  ["an input that only counts when it is made", { ...state, seed: 2 }],
  ["the name of its row", { ...state, row: "urn-2" }],
  [
    "the code behind it",
    { ...state, __provider: "exports.handler = () => undefined; // an older version's" },
  ],
])("diff: a difference in %s is no change", async (_case, old) => {
  expect(await toy("Changing").diff(old, inputs)).toBe(false);
});

test("diff: what is not known yet is no change", async () => {
  const news = { ...inputs, size: unknown, labels: { a: unknown } };
  expect(await toy("Changing").diff(state, news)).toBe(false);
  expect(await toy("Changing").diff(state, { ...news, colour: "red" })).toBe(true);
});

test.each<[string, Props]>([
  ["an input", { ...state, size: 2 }],
  ["a value inside an input", { ...state, labels: { a: "1", b: "3" } }],
  ["an input that is gone", { ...state, size: 1, colour: "red" }],
  ["a key that is gone inside an input", { ...state, labels: { a: "1", b: "2", c: "3" } }],
])("diff: a difference in %s is a change", async (_case, old) => {
  expect(await toy("Changing").diff(old, inputs)).toBe(true);
});

test("what only counts when it is made is no part of the state", async () => {
  const { id, outs } = await toy("Changing").create(inputs);
  const lasting = { size: 1, labels: inputs.labels, row: inputs.row, ...provider("Changing") };
  expect(outs).toEqual(lasting);
  expect(await toy("Changing").update(id, outs, { ...inputs, size: 2 })).toEqual({ ...lasting, size: 2 });
});

test("create gives the inputs with the outputs, and nothing that the engine cannot carry", async () => {
  expect(await toy("Hollow").create({ size: 1 })).toEqual({
    id: "toy",
    outs: { size: 1, here: 1, deep: {}, ...provider("Hollow") },
  });
});

test("update gives the new inputs with the new outputs, and nothing that the engine cannot carry", async () => {
  const outs = await toy("Hollow").update("toy", { size: 1, here: 1 }, { size: 2 });
  expect(outs).toEqual({ size: 2, here: 2, ...provider("Hollow") });
});

test("a creation that fails before anything is made records nothing", async () => {
  const { recorded, message } = await refusal(toy("Thrower").create({ throws: "text" }));
  expect(message).toBe("out of paper");
  expect(recorded).toBeUndefined();
});

test("a creation that fails later is recorded with its inputs, to be completed by the next run", async () => {
  const inputs = { throws: "text", begun: true, connection: { host: "a" } };
  const { recorded, message } = await refusal(toy("Thrower").create(inputs));
  expect(message).toBe("out of paper");
  expect(recorded).toEqual({
    id: "toy",
    properties: { ...inputs, made: "half", ...provider("Thrower") },
    reasons: ["out of paper"],
  });
});

test("an update that fails keeps the outputs, and is recorded with the new inputs", async () => {
  const state = { throws: "text", size: 1, made: "whole" };
  const { recorded } = await refusal(toy("Thrower").update("toy", state, { throws: "text", size: 2 }));
  expect(recorded).toEqual({
    id: "toy",
    properties: { ...state, size: 2, ...provider("Thrower") },
    reasons: ["out of paper"],
  });
});

test("what a failed update has still to change stays as it was, for the next one to know", async () => {
  const state = { throws: "text", size: 1, labels: { a: "1" }, answer: 42 };
  const news = { throws: "text", size: 2, labels: { b: "1" } };
  const { recorded } = await refusal(toy("Looker").update("toy", state, news));
  expect(recorded?.properties).toEqual({ ...state, size: 2, ...provider("Looker") });
  const { throws, ...well } = news;
  const outs = await toy("Looker").update("toy", recorded?.properties ?? {}, well);
  expect(outs).toEqual({ ...well, answer: 43, ...provider("Looker") });
});

test("of what is read all inputs are in the state, also what only counts when it is made", async () => {
  const given = { size: 1, seed: 1, sees: {} };
  const { id, outs } = await toy("Looker").create(given);
  expect(outs).toEqual({ ...given, answer: 42, ...provider("Looker") });
  expect(await toy("Looker").diff(outs, { ...given, seed: 2 })).toBe(false);
  const updated = await toy("Looker").update(id, outs, { ...given, seed: 2 });
  expect(updated).toEqual({ ...given, seed: 2, answer: 43, ...provider("Looker") });
});
