import { writeFileSync } from "node:fs";
import type { JestReport, Test } from "./results";

/** Names the file that the outcome is written to. */
export const reportVariable = "LAB_JEST_REPORT";

/** Whether the run succeeded is told by jest's exit code. */
export type Counted = Omit<JestReport, "success">;

/** What jest hands to a reporter, as far as it is counted. */
interface JestOutcome extends Omit<Counted, "tests"> {
  testResults: { testResults: Test[] }[];
}

/** A jest reporter that keeps only what is counted: jest's own --json fails on errors that hold themselves. */
export default class CountingReporter {
  onRunComplete(_contexts: unknown, outcome: JestOutcome): void {
    const file = process.env[reportVariable];
    if (!file) return;
    const report: Counted = {
      numPassedTests: outcome.numPassedTests,
      numFailedTests: outcome.numFailedTests,
      numPendingTests: outcome.numPendingTests,
      numTodoTests: outcome.numTodoTests,
      numRuntimeErrorTestSuites: outcome.numRuntimeErrorTestSuites,
      tests: outcome.testResults.flatMap(({ testResults }) =>
        testResults.map(({ fullName, status, duration }) => ({ fullName, status, duration })),
      ),
    };
    writeFileSync(file, JSON.stringify(report));
  }
}
