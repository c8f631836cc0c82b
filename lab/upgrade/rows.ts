import { type Results as Kept, rowIn } from "../measure/kept";
import type { Meanwhile } from "./meanwhile";
import type { Phase } from "./phases";

interface Begun {
  date: string;
  /** The load average of the last minute when it began. */
  load: number;
  /** What the run said that it did, and how long. */
  phases: Phase[];
}

export interface UpgradeTrial extends Begun, Meanwhile {}

/** Times in milliseconds. */
export interface GrowthTrial extends Begun {
  took: number;
  /** Until the new node was Ready, by its own condition: to the second. */
  ready: number;
  /** Of the nodes that were there, those whose unit was started again. */
  restarted: string[];
}

/** What is measured, and what a trial of it gives. */
export interface Trials {
  "3 servers": UpgradeTrial;
  "3 servers + 2 agents with a web workload": UpgradeTrial;
  "+1 agent on 5 nodes": GrowthTrial;
}

export type Part = keyof Trials;

export const parts: readonly Part[] = [
  "3 servers",
  "3 servers + 2 agents with a web workload",
  "+1 agent on 5 nodes",
];

/** The trials of one part on one state of the product. */
export interface Row<P extends Part = Part> {
  part: P;
  commit: string;
  trials: Trials[P][];
}

export type Results = Kept<Row>;

/** The part of this name, or all that have it in theirs. */
export function chosen(only: string): readonly Part[] {
  const exact = parts.filter((part) => part === only);
  return exact.length > 0 ? exact : parts.filter((part) => part.includes(only));
}

/** The row of a part on a state of the product. */
export function rowOf(rows: Row[], part: Part, commit: string): Row {
  return rowIn(rows, { part, commit, trials: [] }, (row) => row.part === part);
}

export function trialsOf<P extends Part>(rows: readonly Row[], part: P): Trials[P][] {
  return (rows.find((row) => row.part === part)?.trials ?? []) as Trials[P][];
}
