import { closingLine, type JestReport, tallyOf } from "../../../lab/testing/results";

const report = (more: Partial<JestReport>): JestReport => ({
  success: true,
  numPassedTests: 1,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  tests: [{ fullName: "works", status: "passed" }],
  ...more,
});

test.each([
  ["all passed", {}, { passed: 1, failed: 0, skipped: 0 }],
  ["one failed", { success: false, numFailedTests: 1 }, { passed: 1, failed: 1, skipped: 0 }],
  [
    "a suite did not load",
    { success: false, numRuntimeErrorTestSuites: 1 },
    { passed: 1, failed: 1, skipped: 0 },
  ],
  ["no test ran", { numPassedTests: 0, tests: [] }, { passed: 0, failed: 1, skipped: 0 }],
  ["jest failed without a test's fault", { success: false }, { passed: 1, failed: 1, skipped: 0 }],
  ["skipped and todo", { numPendingTests: 2, numTodoTests: 1 }, { passed: 1, failed: 0, skipped: 3 }],
])("counts a run in which %s", (_, more, expected) => {
  expect(tallyOf(report(more))).toEqual(expected);
});

test("the closing line is what CI reads", () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 1 })).toBe("3 passed, 0 failed, 1 skipped");
});
