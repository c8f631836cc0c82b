import { changedInputs, hasUnknown, plain, settled } from "../../providers/wire";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test.each<[unknown, boolean]>([
  [unknown, true],
  [{ a: [{ b: unknown }] }, true],
  [{ a: ["x", null, 1] }, false],
])("%j holds an unknown value: %s", (value, expected) => {
  expect(hasUnknown(value)).toBe(expected);
});

test("an unknown input takes its last value, and stays unknown where there is none", () => {
  expect(settled({ token: "old" }, { token: unknown, url: unknown, name: "n" })).toEqual({
    token: "old",
    url: unknown,
    name: "n",
  });
});

test("only inputs that matter after creation count as changes, whatever the order of their keys", () => {
  const old = { a: { x: 1, y: 2 }, b: 1, join: "old", row: "r1", __provider: "p1", output: 1, gone: 1 };
  const news = { a: { y: 2, x: 1 }, b: 2, join: "new", row: "r2", __provider: "p2" };
  expect(changedInputs(old, news, ["join", "output"])).toEqual(["b", "gone"]);
});

test("what the engine cannot carry is dropped", () => {
  expect(plain({ a: 1, b: undefined, c: { d: undefined } })).toEqual({ a: 1, c: {} });
});
