import type { Verdict } from "../measure/verdicts";
import type { AgentTrial } from "./agents";
import type { DisturbanceName } from "./disturbances";
import type { Row } from "./rows";
import { type Summary, summary } from "./statistics";
import type { Trial } from "./trial";

/** Beside what was asked: what was seen, and what the values of the documentation's guide give. */
export interface Compared extends Omit<Verdict, "verdict"> {
  guide: string;
  verdict: "met" | "missed" | "not tried" | "published";
}

interface Question {
  what: string;
  asked: string;
  of: DisturbanceName;
  see(trials: readonly Trial[]): string;
  /** Whether what was seen is what was asked; absent where nothing was. */
  holds?(trials: readonly Trial[]): boolean;
}

export function compare(rows: readonly Row[]): Compared[] {
  return questions.map(({ what, asked, of, see, holds }) => {
    const trials = (setting: Row["setting"]) =>
      rows.find((row) => row.setting === setting && row.disturbance === of)?.trials ?? [];
    const ours = trials("ours");
    const theirs = trials("guide");
    return {
      what,
      asked,
      seen: ours.length > 0 ? see(ours) : "",
      guide: theirs.length > 0 ? see(theirs) : "",
      verdict:
        ours.length === 0 ? "not tried" : holds === undefined ? "published" : holds(ours) ? "met" : "missed",
    };
  });
}

const deaths: [DisturbanceName, number | undefined][] = [
  ["host death", 1_200],
  ["keepalived killed", 1_000],
  ["HAProxy killed", 1_000],
  ["keepalived stopped", 1_000],
  ["HAProxy stopped", 1_000],
  ["HAProxy hung", undefined],
];

const outs: [DisturbanceName, number, boolean][] = [
  ["k3s stopped", 2_500, true],
  ["k3s killed", 2_500, true],
  ["k3s hung", 4_000, false],
  ["partition", 4_000, false],
  ["etcd cut off", 4_000, false],
];

const all: DisturbanceName[] = [
  ...deaths.map(([name]) => name),
  ...outs.map(([name]) => name),
  "death of a server",
];

const questions: Question[] = [
  ...deaths.map(
    ([of, bound]): Question => ({
      ...{ of, what: `${of}: the address moves`, asked: bound ? `≤ ${inSeconds(bound)} p99, once` : "" },
      see: (trials) => `${told(moves(trials))}${missing(moves(trials), "did not move")}; ${atMost(trials)}`,
      ...(bound && {
        holds: (trials: readonly Trial[]) => within(moves(trials), bound) && mostChanges(trials) <= 1,
      }),
    }),
  ),
  {
    of: "partition",
    what: "partition, and its end: the address moves",
    asked: "once at most",
    see: atMost,
    holds: (trials) => mostChanges(trials) <= 1,
  },
  ...outs.map(
    ([of, bound, clean]): Question => ({
      of,
      what: `${of}: out of every balancer`,
      asked: `≤ ${inSeconds(bound)}${clean ? ", then no failed new connection" : ""}`,
      see: (trials) =>
        `${told(lastOut(trials))}${missing(lastOut(trials), "not out of all")}; ${failed(trials)} new connections failed then`,
      holds: (trials) => within(lastOut(trials), bound) && (!clean || failed(trials) === 0),
    }),
  ),
  {
    of: "death of a server",
    what: "agents through the death of a server, for 120 s",
    asked: "20 of 20: the Lease renews every 15 s, exec works",
    see: (trials) => {
      const good = trials.filter(endured).length;
      const gaps = agents(trials).flatMap(({ renewals }) => Object.values(renewals));
      const { run, broken } = commands(trials);
      return `${good} of ${trials.length}; between renewals at most ${inSeconds(Math.max(...gaps))}; ${broken} of ${run} exec failed`;
    },
    holds: (trials) => trials.length >= 20 && trials.every(endured),
  },
  ...all.map(
    (of): Question => ({
      of,
      what: `${of}: the longest gap of 10 reads a second`,
      asked: "≤ 3 s",
      see: (trials) =>
        `${told(trials.map(({ reads }) => reads))}; from the API server's memory ${told(trials.map(({ remembered }) => remembered))}`,
      holds: (trials) =>
        within(
          trials.map(({ reads }) => reads),
          3_000,
          1,
        ),
    }),
  ),
  ...(["partition", "host death"] as const).map(
    (of): Question => ({
      of,
      what:
        of === "partition"
          ? "healed partition: back in every balancer"
          : "rebooted machine: back in every balancer",
      asked: "without a run",
      see: (trials) => `${returned(trials)} of ${trials.length}; ${told(lastBack(trials))}`,
      holds: (trials) => returned(trials) === trials.length,
    }),
  ),
];

export function told(times: readonly (number | null)[]): string {
  const seen = summary(times.filter((time) => time !== null));
  return seen
    ? `${inSeconds(seen.p50)} / ${inSeconds(seen.p99)} / ${inSeconds(seen.max)} (${seen.count})`
    : "never";
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

function missing(times: readonly (number | null)[], what: string): string {
  const count = times.filter((time) => time === null).length;
  return count > 0 ? `; ${count} × ${what}` : "";
}

function within(times: readonly (number | null)[], bound: number, share: 0.99 | 1 = 0.99): boolean {
  const known = times.filter((time) => time !== null);
  const seen = summary(known) as Summary;
  return known.length === times.length && (share === 1 ? seen.max : seen.p99) <= bound;
}

export function changesOfOwner({ owners }: Trial): number {
  return owners.length - 1;
}

function moves(trials: readonly Trial[]): (number | null)[] {
  return trials.map(({ moved }) => moved);
}

function atMost(trials: readonly Trial[]): string {
  const most = mostChanges(trials);
  return `${most} ${most === 1 ? "move" : "moves"} at most`;
}

function mostChanges(trials: readonly Trial[]): number {
  return Math.max(...trials.map(changesOfOwner));
}

function lastOut(trials: readonly Trial[]): (number | null)[] {
  return trials.map(({ out }) => last(out));
}

function lastBack(trials: readonly Trial[]): (number | null)[] {
  return trials.map(({ back }) => last(back));
}

function last(times: Record<string, number | null>): number | null {
  const all = Object.values(times);
  const known = all.filter((time) => time !== null);
  return all.length > 0 && known.length === all.length ? Math.max(...known) : null;
}

function failed(trials: readonly Trial[]): number {
  return trials.reduce((sum, { failedAfterOut }) => sum + (failedAfterOut ?? 0), 0);
}

function returned(trials: readonly Trial[]): number {
  return lastBack(trials).filter((time) => time !== null).length;
}

function agents(trials: readonly Trial[]): AgentTrial[] {
  return trials.filter((trial): trial is AgentTrial => "renewals" in trial);
}

function commands(trials: readonly Trial[]): { run: number; broken: number } {
  const all = agents(trials).map((trial) => trial.commands);
  return {
    run: all.reduce((sum, { run }) => sum + run, 0),
    broken: all.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function endured(trial: Trial): boolean {
  const [one] = agents([trial]);
  if (!one) return false;
  const gaps = Object.values(one.renewals);
  return (
    gaps.length > 0 && gaps.every((gap) => gap <= 15_000) && one.commands.run > 0 && one.commands.failed === 0
  );
}
