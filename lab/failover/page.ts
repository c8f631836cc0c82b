import { markdown } from "../measure/markdown";
import type { Results, Row } from "./rows";
import { changesOfOwner, compare, told } from "./verdicts";

/** The page that is committed beside the raw figures. */
export function page(results: Results): string {
  const { date, commit, command, cores, cpu, memoryGiB, kernel, rows } = results;
  const loads = rows.flatMap(({ trials }) => trials.map(({ load }) => load));
  return `# Failover: what a client sees when something dies

Made by \`${command}\`, last on ${date} UTC of commit ${commit}, on ${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel}.
Three servers behind a virtual address and two agents, all of them and the client on this one computer; the load average
of the last minute was from ${least(loads)} to ${most(loads)} when trials began. The raw figures:
[results/failover.json](results/failover.json). How they are taken: [README.md](README.md#failover).

Times are p50 / p99 / the longest (how many trials).

${markdown(
  ["what", "asked", "seen", "with the guide's values", "verdict"],
  compare(rows).map(({ what, asked, seen, guide, verdict }) => [what, asked, seen, guide, verdict]),
)}

## Trials

${markdown(
  [
    "disturbance",
    "values",
    "trials",
    "commit",
    "load",
    "address moved",
    "no new connection for",
    "new connections failed",
    "changes of the owner, at most",
  ],
  rows.filter(({ trials }) => trials.length > 0).map(rowOf),
)}
`;
}

function rowOf({ disturbance, setting, commit, trials }: Row): string[] {
  const loads = trials.map(({ load }) => load);
  const failed = trials.map((trial) => trial.failed).toSorted((a, b) => a - b);
  const changes = trials.map(changesOfOwner);
  return [
    disturbance,
    setting === "ours" ? "ours" : "the guide's",
    String(trials.length),
    commit,
    `${least(loads)}–${most(loads)}`,
    trials.some(({ moved }) => moved !== null) ? told(trials.map(({ moved }) => moved)) : "stayed",
    told(trials.map(({ silence }) => silence)),
    `${failed[0]}–${failed.at(-1)}`,
    String(Math.max(...changes)),
  ];
}

function least(numbers: readonly number[]): string {
  return Math.min(...numbers).toFixed(1);
}

function most(numbers: readonly number[]): string {
  return Math.max(...numbers).toFixed(1);
}
