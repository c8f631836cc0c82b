import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command } from "./command";
import { say } from "./console";
import { ensureEngine } from "./engine/engine";
import { inRepository, stateFolder } from "./folders";
import { reapDeadRuns, runPrefix, withReaping } from "./machines/reap";
import { Problem } from "./problem";
import {
  byFile,
  type Case,
  caseNumbers,
  type Outcome,
  outcomeOf,
  renderResults,
  select,
} from "./testing/campaign";
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
  const known = cases.filter(({ number }) => outcomes[number]?.passed).map(({ number }) => number);
  if (known.length > 0) say(`==> ${known.join(", ")} passed before on this state; --again repeats them`);
  for (const [file, numbers] of byFile(cases.filter(({ number }) => !known.includes(number)))) {
    say(`==> ${numbers.join(", ")} (${file})`);
    Object.assign(outcomes, await run(file, numbers));
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

async function run(file: string, numbers: string[]): Promise<Record<string, Outcome>> {
  const prefix = runPrefix();
  const names = `^(${numbers.join("|")}) `;
  const selection = ["--selectProjects", "faults", "--runInBand", "--runTestsByPath", file, "-t", names];
  const report = await withReaping(prefix, () => jest(selection, { LAB_RUN: prefix }));
  const date = new Date().toISOString().slice(0, 10);
  return Object.fromEntries(numbers.map((number) => [number, outcomeOf(number, report?.tests ?? [], date)]));
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
