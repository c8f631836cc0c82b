/** A cluster's way from empty machines to three voters and all nodes Ready. */
export interface Attempt {
  /** The load average of the last minute when it began. */
  load: number;
  seconds: number;
  /** Seconds from the first server's start until each learner became a voter. */
  promotions: number[];
}

export interface UpAttempt extends Attempt {
  /** User and system time of pulumi and all that it started. */
  cpuSeconds: number;
  /** How many scripts ran over SSH, by machine. */
  sessions: Record<string, number>;
}

export interface Round {
  order: Way[];
  script: Attempt;
  pulumi: UpAttempt;
}

export type Way = "script" | "pulumi";

export interface Repeated {
  seconds: number[];
  cpuSeconds: number[];
}

/** Bytes of the stack's file in the backend. */
export interface StateSize {
  file: number;
  emptyFile: number;
}

export interface OneServer {
  cpuSeconds: number;
  file: number;
}

export interface Figures {
  nodes: number;
  rounds: Round[];
  /** `pulumi up` of a program without a line. */
  empty: Repeated;
  /** `pulumi up` of the cluster when nothing is to be done. */
  unchanged: Repeated;
  state: StateSize;
  /** A cluster of one server alone. */
  one: OneServer;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
}

/** k3s's leader looks every 15 s for one learner to promote: how many of these looks it took. */
export function learnerTicks(promotions: readonly number[]): number {
  return Math.floor(Math.max(0, ...promotions) / 15);
}
