import { type Figures, learnerTicks, type Repeated, type Round } from "./figures";
import { markdown } from "./markdown";
import type { Surroundings } from "./surroundings";
import { seconds, type Verdict } from "./verdicts";

/** The page that is committed beside the raw figures. */
export function page(where: Surroundings, figures: Figures, rows: readonly Verdict[]): string {
  const { date, commit, command, cores, cpu, memoryGiB, kernel } = where;
  return `# One cluster: three servers and two agents

Made by \`${command}\` on ${date} UTC of commit ${commit}, on ${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel};
client, mirror and all machines share them. The raw figures: [results/cluster.json](results/cluster.json).

${markdown(
  ["what", "asked", "seen", "verdict"],
  rows.map(({ what, asked, seen, verdict }) => [what, asked, seen, verdict]),
)}

## Rounds

${markdown(["round", "way", "load before", "took", "voters at", "ticks", "client CPU", "SSH sessions"], figures.rounds.flatMap(roundRows))}

## pulumi up with nothing to do

${markdown(["program", "took", "client CPU"], [repeatedRow("empty", figures.empty), repeatedRow("the cluster's", figures.unchanged)])}
`;
}

function roundRows({ order, script, pulumi }: Round, index: number): string[][] {
  const common = ({ load, seconds: took, promotions }: Round["script"]) => [
    load.toFixed(2),
    seconds(took),
    promotions.map((at) => `${at.toFixed(1)}`).join(", "),
    String(learnerTicks(promotions)),
  ];
  const sessions = Object.entries(pulumi.sessions).map(([machine, count]) => `${machine} ${count}`);
  const rows = {
    script: ["script", ...common(script), "", ""],
    pulumi: ["pulumi", ...common(pulumi), seconds(pulumi.cpuSeconds), sessions.join(", ")],
  };
  return order.map((way) => [String(index + 1), ...rows[way]]);
}

function repeatedRow(name: string, { seconds: took, cpuSeconds }: Repeated): string[] {
  return [name, took.map(seconds).join(", "), cpuSeconds.map(seconds).join(", ")];
}
