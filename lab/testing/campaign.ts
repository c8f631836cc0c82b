import { duration } from "../console";
import { Problem } from "../problem";
import type { Test } from "./results";

/** A long trial: a test under tests/faults whose name begins with its number. */
export interface Case {
  number: string;
  file: string;
}

export interface Outcome {
  passed: boolean;
  title: string;
  took: string;
  date: string;
}

const head = `# Campaign

The last outcome of every long trial. Made by \`npm run campaign\`; one trial: \`npm run campaign F14\`.

| trial | outcome | took | on |
| --- | --- | --- | --- |
`;

/** The numbers that a test file's names begin with, such as F14 in \`test("F14 an unreachable host …"\`. */
export function caseNumbers(source: string): string[] {
  const numbers = [...source.matchAll(/\btest\(\s*["'`]([A-Z]\d{2}) /g)].map(([, number]) => number ?? "");
  return [...new Set(numbers)];
}

/** The trials of one file share its lab: their numbers, by the file. */
export function byFile(cases: readonly Case[]): [string, string[]][] {
  const files = [...new Set(cases.map(({ file }) => file))];
  return files.map((file) => [file, cases.filter((one) => one.file === file).map(({ number }) => number)]);
}

/** What became of a trial, which may be several tests. */
export function outcomeOf(number: string, tests: readonly Test[], date: string): Outcome {
  const ran = tests.filter(
    ({ fullName, status }) => fullName.startsWith(`${number} `) && ["passed", "failed"].includes(status),
  );
  const took = ran.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  return {
    passed: ran.length > 0 && ran.every(({ status }) => status === "passed"),
    title: ran[0] ? [ran[0].fullName, ...ran.slice(1).map(rest)].join("; ") : `${number} did not run`,
    took: duration(took),
    date,
  };
}

function rest({ fullName }: Test): string {
  return fullName.slice(4);
}

/** The trials with these numbers, in their order; all of them when none is named. */
export function select(cases: readonly Case[], numbers: readonly string[]): Case[] {
  const sorted = cases.toSorted((a, b) => a.number.localeCompare(b.number));
  const unknown = numbers.filter((number) => !cases.some((one) => one.number === number));
  if (unknown.length > 0) {
    const known = sorted.map(({ number }) => number).join(", ");
    throw new Problem(`There is no trial ${unknown.join(", ")}.`, `Choose from: ${known}.`);
  }
  return numbers.length === 0 ? sorted : sorted.filter(({ number }) => numbers.includes(number));
}

/** The results page with these outcomes in it; the rows of other trials stay. */
export function renderResults(before: string, outcomes: Record<string, Outcome>): string {
  const rows = new Map(
    before
      .split("\n")
      .filter((line) => /^\| [A-Z]\d{2} /.test(line))
      .map((line) => [line.slice(2, 5), line]),
  );
  for (const [number, { passed, title, took, date }] of Object.entries(outcomes)) {
    rows.set(
      number,
      `| ${title.replaceAll("|", "\\|")} | ${passed ? "passed" : "FAILED"} | ${took} | ${date} |`,
    );
  }
  const sorted = [...rows].sort(([a], [b]) => a.localeCompare(b)).map(([, row]) => `${row}\n`);
  return head + sorted.join("");
}
