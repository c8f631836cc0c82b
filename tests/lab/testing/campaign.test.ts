import { byFile, caseNumbers, outcomeOf, renderResults, select } from "../../../lab/testing/campaign";

const cases = [
  { number: "G02", file: "b" },
  { number: "F14", file: "a" },
];

test("a trial's number is what its test's name begins with", () => {
  const source =
    'test("F14 unreachable", f); test(\n  "G01 fresh", f); test("no number", f); test("F1 short", f); test("F14 again", f);';
  expect(caseNumbers(source)).toEqual(["F14", "G01"]);
});

test("all trials run in the order of their numbers, or those that are named", () => {
  expect(select(cases, []).map(({ number }) => number)).toEqual(["F14", "G02"]);
  expect(select(cases, ["G02"])).toEqual([{ number: "G02", file: "b" }]);
});

test("the trials of a file run together", () => {
  const more = [...cases, { number: "F15", file: "a" }];
  expect(byFile(more)).toEqual([
    ["b", ["G02"]],
    ["a", ["F14", "F15"]],
  ]);
});

test("a trial passes when all its tests do, and one that did not run has not", () => {
  const tests = [
    { fullName: "F14 one", status: "passed", duration: 1_000 },
    { fullName: "F14 two", status: "passed", duration: 61_500 },
    { fullName: "F15 x", status: "failed", duration: null },
    { fullName: "G02 x", status: "pending" },
  ];
  const date = "2026-01-02";
  expect(outcomeOf("F14", tests, date)).toEqual({
    passed: true,
    title: "F14 one; two",
    took: "1 min 3 s",
    date,
  });
  expect(outcomeOf("F15", tests, date)).toMatchObject({ passed: false, title: "F15 x" });
  expect(outcomeOf("G02", tests, date)).toMatchObject({ passed: false, title: "G02 did not run" });
  const half = [
    { fullName: "F14 one", status: "passed" },
    { fullName: "F14 two", status: "failed" },
  ];
  expect(outcomeOf("F14", half, date).passed).toBe(false);
});

test("an unknown number is answered with the known ones", () => {
  expect(() => select(cases, ["F99"])).toThrow(/no trial F99[\s\S]*F14, G02/);
});

test("new outcomes replace their rows and keep the others", () => {
  const outcome = { passed: true, title: "F14 a | b", took: "2.0 s", date: "2026-01-02" };
  const first = renderResults("", { F14: outcome, G02: { ...outcome, title: "G02 x" } });
  const second = renderResults(first, { F14: { ...outcome, passed: false } });
  expect(second).toContain("| F14 a \\| b | FAILED | 2.0 s | 2026-01-02 |");
  expect(second).toContain("| G02 x | passed |");
  expect(second.match(/F14/g)).toHaveLength(2);
});
