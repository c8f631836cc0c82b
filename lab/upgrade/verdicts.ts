import type { Verdict } from "../measure/verdicts";
import type { Asked } from "./asked";
import { type Part, type Row, type Trials, trialsOf } from "./rows";

/** Beside what was asked: what was seen. */
export interface Compared extends Omit<Verdict, "verdict"> {
  verdict: "met" | "missed" | "not tried" | "published";
}

interface Question<P extends Part> {
  what: string;
  asked: string;
  of: P;
  see(trials: readonly Trials[P][]): string;
  /** Whether one trial is as was asked; absent where nothing was. */
  holds?(trial: Trials[P]): boolean;
}

export function compare(rows: readonly Row[]): Compared[] {
  return [
    ...upgrade("3 servers", true).map((question) => answered(rows, question)),
    ...web.map((question) => answered(rows, question)),
    ...upgrade("3 servers + 2 agents with a web workload", false).map((question) => answered(rows, question)),
    ...growth.map((question) => answered(rows, question)),
  ];
}

/** Every trial has to hold. */
function answered<P extends Part>(
  rows: readonly Row[],
  { what, asked, of, see, holds }: Question<P>,
): Compared {
  const trials = trialsOf(rows, of);
  const judged = holds === undefined ? "published" : trials.every(holds) ? "met" : "missed";
  return {
    what: `${of}: ${what}`,
    asked,
    seen: trials.length > 0 ? see(trials) : "",
    verdict: trials.length === 0 ? "not tried" : judged,
  };
}

function upgrade(
  of: "3 servers" | "3 servers + 2 agents with a web workload",
  judged: boolean,
): Question<typeof of>[] {
  const asked = (bound: string) => (judged ? bound : "");
  const questions: Question<typeof of>[] = [
    {
      ...{ of, what: "reads and writes that succeed", asked: asked("≥ 99.9 %") },
      see: (trials) => list(trials.map(({ reads, writes }) => percent(shareOf(reads, writes)))),
      holds: ({ reads, writes }) => shareOf(reads, writes) >= 0.999,
    },
    {
      ...{ of, what: "longest gap of 10 reads a second", asked: asked("≤ 2 s") },
      see: (trials) => gaps(trials.map(({ reads }) => reads)),
      holds: ({ reads }) => reads.gap <= 2_000,
    },
    {
      ...{ of, what: "longest gap of 10 writes a second", asked: asked("≤ 10 s") },
      see: (trials) => gaps(trials.map(({ writes }) => writes)),
      holds: ({ writes }) => writes.gap <= 10_000,
    },
    { ...{ of, what: "took", asked: "" }, see: (trials) => list(trials.map(({ took }) => inSeconds(took))) },
  ];
  return judged ? questions : questions.map(({ holds: _, ...question }) => question);
}

const web: Question<"3 servers + 2 agents with a web workload">[] = [
  {
    of: "3 servers + 2 agents with a web workload",
    what: "failed requests to the workload, 10 a second",
    asked: "0",
    see: (trials) =>
      list(
        trials.map(
          ({ web: { failed, late, sent } }) =>
            `${failed} of ${sent}${late > 0 ? `, ${late} of them late` : ""}`,
        ),
      ),
    holds: ({ web: { failed, sent } }) => failed === 0 && sent > 0,
  },
  {
    of: "3 servers + 2 agents with a web workload",
    what: "longest gap of the workload",
    asked: "",
    see: (trials) => gaps(trials.map((trial) => trial.web)),
  },
];

const growth: Question<"+1 agent on 5 nodes">[] = [
  {
    of: "+1 agent on 5 nodes",
    what: "pulumi up",
    asked: "≤ 20 s",
    see: (trials) => list(trials.map(({ took }) => inSeconds(took))),
    holds: ({ took }) => took <= 20_000,
  },
  {
    of: "+1 agent on 5 nodes",
    what: "the node is Ready",
    asked: "",
    see: (trials) => list(trials.map(({ ready }) => inSeconds(ready))),
  },
  {
    of: "+1 agent on 5 nodes",
    what: "the other five are not restarted",
    asked: "equal unit start times",
    see: (trials) => list(trials.map(({ restarted }) => restarted.join(" and ") || "equal")),
    holds: ({ restarted }) => restarted.length === 0,
  },
];

export function shareOf(...kinds: readonly Asked[]): number {
  const sum = (key: "sent" | "failed") => kinds.reduce((all, kind) => all + kind[key], 0);
  return 1 - sum("failed") / sum("sent");
}

/** Rounded down: what is missed by a little must not look as if it were met. */
export function percent(share: number): string {
  return `${(Math.floor(share * 100_000) / 1_000).toFixed(3)} %`;
}

/** Beside each gap the client's own standstill, which may be its cause. */
function gaps(asked: readonly Asked[]): string {
  return list(asked.map(({ gap, unsent }) => `${inSeconds(gap)} (nothing sent for ${inSeconds(unsent)})`));
}

/** Trial by trial. */
function list(seen: readonly string[]): string {
  return seen.join("; ");
}

export function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}
