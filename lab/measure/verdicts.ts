import { type Figures, learnerTicks, median } from "./figures";

export interface Verdict {
  what: string;
  asked: string;
  seen: string;
  verdict: "met" | "missed";
}

/** The figures that the project set itself, beside what was seen; a miss is a finding and no failure. */
export function verdicts(figures: Figures): Verdict[] {
  return [byPulumi(figures), byScript(figures), ...ticks(figures), unchanged(figures), ...perNode(figures)];
}

function byPulumi({ rounds }: Figures): Verdict {
  const ratio = median(rounds.map(({ pulumi, script }) => pulumi.seconds / script.seconds));
  const pulumi = median(rounds.map((round) => round.pulumi.seconds));
  const script = median(rounds.map((round) => round.script.seconds));
  const seen = `${ratio.toFixed(2)} × (medians ${seconds(pulumi)} and ${seconds(script)})`;
  return atMost("3 + 2 by pulumi, beside the script in the same round", ratio, 1.15, "1.15 ×", seen);
}

function byScript({ rounds }: Figures): Verdict {
  const seen = median(rounds.map(({ script }) => script.seconds));
  return atMost("3 + 2 by the script", seen, 50, "50 s", seconds(seen));
}

function ticks({ rounds }: Figures): Verdict[] {
  const row = (way: "script" | "pulumi", what: string) => {
    const used = rounds.map((round) => learnerTicks(round[way].promotions));
    return atMost(what, median(used), 2, "2", `${median(used)} (${used.join(", ")})`);
  };
  return [row("script", "learner ticks, by the script"), row("pulumi", "learner ticks, by pulumi")];
}

function unchanged({ nodes, empty, unchanged: noop }: Figures): Verdict {
  const bound = 3 + 0.02 * nodes;
  const [full, bare] = [median(noop.seconds), median(empty.seconds)];
  return atMost(
    "up that changes nothing, beyond an empty program",
    full - bare,
    bound,
    `${bound} s (3 s + 20 ms × ${nodes})`,
    `${seconds(full - bare)} (${seconds(full)} − ${seconds(bare)})`,
  );
}

/** Both ways to share out what there is only once: by all nodes, or by none, as what each further node adds. */
function perNode({ nodes, rounds, empty, state, one }: Figures): Verdict[] {
  const bytes = Math.round((state.file - state.emptyFile) / nodes);
  const further = Math.round((state.file - one.file) / (nodes - 1));
  const sessions = rounds.map(({ pulumi }) => Math.max(...Object.values(pulumi.sessions)));
  const whole = median(rounds.map(({ pulumi }) => pulumi.cpuSeconds));
  const cpu = (whole - median(empty.cpuSeconds)) / nodes;
  const furtherCpu = (whole - one.cpuSeconds) / (nodes - 1);
  return [
    atMost("state a node, all of it shared out", bytes, 6_000, "6000 bytes", `${bytes} bytes`),
    atMost("state of each further node", further, 6_000, "6000 bytes", `${further} bytes`),
    atMost(
      "round trips to create a node, the most on any",
      median(sessions),
      12,
      "12",
      String(median(sessions)),
    ),
    atMost("client CPU a node, beyond an empty program", cpu, 0.3, "0.3 s", `${cpu.toFixed(2)} s`),
    atMost("client CPU of each further node", furtherCpu, 0.3, "0.3 s", `${furtherCpu.toFixed(2)} s`),
  ];
}

function atMost(what: string, value: number, bound: number, asked: string, seen: string): Verdict {
  return { what, asked: `≤ ${asked}`, seen, verdict: value <= bound ? "met" : "missed" };
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
