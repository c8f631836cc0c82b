import { markdown } from "../measure/markdown";
import type { Asked } from "./asked";
import type { Phase } from "./phases";
import { parts, type Results, type Row, trialsOf, type UpgradeTrial } from "./rows";
import { compare, inSeconds } from "./verdicts";

const upgrades = ["3 servers", "3 servers + 2 agents with a web workload"] as const;
const kinds = ["reads", "remembered", "writes", "web", "connections"] as const;

/** The page that is committed beside the raw figures. */
export function page(results: Results): string {
  const { date, commit, command, cores, cpu, memoryGiB, kernel, rows } = results;
  return `# Upgrades and growth: what a client sees, and how long it takes

Made by \`${command}\`, last on ${date} UTC of commit ${commit}, on ${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel};
client, mirror and all machines share them. From k3s 1.32 to 1.33, through a virtual address. The raw figures:
[results/upgrade.json](results/upgrade.json). How they are taken: [README.md](README.md#upgrades-and-growth).

${markdown(
  ["what", "asked", "seen, trial by trial", "verdict"],
  compare(rows).map(({ what, asked, seen, verdict }) => [what, asked, seen, verdict]),
)}

## Trials

${markdown(
  ["part", "commit", "date", "load", "took", "etcd's leader before"],
  parts.flatMap((part) => rows.filter((row) => row.part === part).flatMap(trialRows)),
)}

## Requests during the upgrades

${markdown(
  ["part", "trial", "kind", "sent", "failed", "late", "longest gap", "nothing sent for"],
  upgrades.flatMap((part) => trialsOf(rows, part).flatMap((trial, index) => requestRows(part, trial, index))),
)}

## What they failed with

${failures(rows)}

## What lasted long

Steps of a second and more in the last trial, as the run told them; a step lasts until the next one of its resource.

${markdown(
  ["part", "from", "lasted", "step"],
  parts.flatMap((part) => phaseRows(part, trialsOf(rows, part).at(-1)?.phases ?? [])),
)}
`;
}

function trialRows({ part, commit, trials }: Row): string[][] {
  return trials.map((trial) => [
    part,
    commit,
    trial.date.slice(0, 16).replace("T", " "),
    trial.load.toFixed(2),
    inSeconds(trial.took),
    "leader" in trial ? (trial.leader ?? "nobody") : "",
  ]);
}

function requestRows(part: string, trial: UpgradeTrial, index: number): string[][] {
  return kinds
    .filter((kind) => trial[kind].sent > 0)
    .map((kind) => {
      const { sent, failed, late, gap, unsent } = trial[kind];
      const counts = [sent, failed, late].map(String);
      return [part, String(index + 1), kind, ...counts, inSeconds(gap), inSeconds(unsent)];
    });
}

/** Of all trials together, those that came most first. */
function failures(rows: Row[]): string {
  const lines = upgrades.flatMap((part) =>
    kinds.flatMap((kind) =>
      messages(trialsOf(rows, part).map((trial) => trial[kind])).map((one) => [part, kind, ...one]),
    ),
  );
  return lines.length === 0 ? "Nothing failed." : markdown(["part", "kind", "message", "times"], lines);
}

function messages(asked: readonly Asked[]): [string, string][] {
  const counts: Record<string, number> = {};
  const add = (message: string, count: number) => {
    if (count > 0) counts[message] = (counts[message] ?? 0) + count;
  };
  for (const { late, refused } of asked) {
    add("no answer in time", late);
    for (const [message, count] of Object.entries(refused)) add(message, count);
  }
  const sorted = Object.entries(counts).toSorted(([, one], [, other]) => other - one);
  return sorted.map(([message, count]) => [message, String(count)]);
}

function phaseRows(part: string, phases: readonly Phase[]): string[][] {
  return phases
    .filter(({ seconds }) => seconds >= 1)
    .map(({ what, from, seconds }) => [part, `${from} s`, `${seconds} s`, what]);
}
