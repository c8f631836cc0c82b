import { Problem } from "../problem";

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
  return [...source.matchAll(/\btest\(\s*["'`]([A-Z]\d{2}) /g)].map(([, number]) => number ?? "");
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
