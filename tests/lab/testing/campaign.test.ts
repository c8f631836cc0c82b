import { caseNumbers, renderResults, select } from "../../../lab/testing/campaign";

const cases = [
  { number: "G02", file: "b" },
  { number: "F14", file: "a" },
];

test("a trial's number is what its test's name begins with", () => {
  const source =
    'test("F14 unreachable", f); test(\n  "G01 fresh", f); test("no number", f); test("F1 short", f);';
  expect(caseNumbers(source)).toEqual(["F14", "G01"]);
});

test("all trials run in the order of their numbers, or those that are named", () => {
  expect(select(cases, []).map(({ number }) => number)).toEqual(["F14", "G02"]);
  expect(select(cases, ["G02"])).toEqual([{ number: "G02", file: "b" }]);
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
