import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command } from "./command";
import { duration, say } from "./console";
import { ensureEngine } from "./engine/engine";
import { inRepository, stateFolder } from "./folders";
import { reapDeadRuns, runPrefix, withReaping } from "./machines/reap";
import { Problem } from "./problem";
import { type Case, caseNumbers, type Outcome, renderResults, select } from "./testing/campaign";
import { jest } from "./testing/jest";
import { closingLine } from "./testing/results";

const resultsFile = inRepository("bench", "campaign.md");

/**
 * Runs the long trials, each by its number (`npm run campaign F14 G01`) or all of them. What passed on
 * this very state of the repository is not run again, so an interrupted campaign goes on where it was;
 * `--again` forgets that.
 */
export async function main(args: string[]): Promise<number> {
  const numbers = args.filter((word) => word !== "--again");
  const cases = select(await allCases(), numbers);
  const remembered = args.includes("--again") ? {} : await remember();
  await ensureEngine();
  await reapDeadRuns();
  const outcomes: Record<string, Outcome> = { ...remembered };
  for (const one of cases) {
    if (outcomes[one.number]?.passed) {
      say(`==> ${one.number} passed before on this state; --again repeats it`);
      continue;
    }
    say(`==> ${one.number}`);
    outcomes[one.number] = await run(one);
    await keep(outcomes);
  }
  const chosen = cases.map(({ number }) => outcomes[number]).filter((outcome) => outcome !== undefined);
  writeResults(outcomes);
  const passed = chosen.filter((outcome) => outcome.passed).length;
  process.stdout.write(`${closingLine({ passed, failed: chosen.length - passed, skipped: 0 })}\n`);
  return passed === chosen.length ? 0 : 1;
}

async function allCases(): Promise<Case[]> {
  const files = await command("git", ["ls-files", "-co", "--exclude-standard", "tests/faults/*.test.ts"], {
    cwd: inRepository(),
  });
  return files
    .split("\n")
    .filter((file) => file !== "")
    .flatMap((file) =>
      caseNumbers(readFileSync(inRepository(file), "utf8")).map((number) => ({ number, file })),
    );
}

async function run({ number, file }: Case): Promise<Outcome> {
  const begun = Date.now();
  const prefix = runPrefix();
  const selection = [
    "--selectProjects",
    "faults",
    "--runInBand",
    "--runTestsByPath",
    file,
    "-t",
    `^${number} `,
  ];
  const report = await withReaping(prefix, () => jest(selection, { LAB_RUN: prefix }));
  const tests = report?.tests ?? [];
  const ran = tests.filter(({ status }) => status === "passed" || status === "failed");
  const passed = ran.length > 0 && ran.every(({ status }) => status === "passed");
  return {
    passed,
    title: ran[0]?.fullName ?? "did not run",
    took: duration(Date.now() - begun),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The outcomes of this state of the repository; any change to a tracked file makes them void. */
async function remember(): Promise<Record<string, Outcome>> {
  const file = await memory();
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Outcome>) : {};
}

async function keep(outcomes: Record<string, Outcome>): Promise<void> {
  const file = await memory();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(outcomes));
}

async function memory(): Promise<string> {
  const git = (...args: string[]) => command("git", args, { cwd: inRepository() });
  const changed = await git("status", "--porcelain", "--", ".", ":!bench");
  if (changed.trim() !== "") say("    (uncommitted changes: outcomes are remembered for the last commit)");
  const commit = (await git("rev-parse", "HEAD")).trim();
  return stateFolder("campaign", `${commit}.json`);
}

function writeResults(outcomes: Record<string, Outcome>): void {
  if (Object.keys(outcomes).length === 0) throw new Problem("No trial has run.", "Name one, such as G01.");
  const before = existsSync(resultsFile) ? readFileSync(resultsFile, "utf8") : "";
  mkdirSync(dirname(resultsFile), { recursive: true });
  writeFileSync(resultsFile, renderResults(before, outcomes));
}
