import { type Request, silence } from "../failover/seen";
import { longestGap } from "../failover/statistics";

/** What became of requests of one kind, in milliseconds. */
export interface Asked {
  sent: number;
  failed: number;
  /** Those of the failed that had no answer in time: they may have waited for a processor that all machines share. */
  late: number;
  /** What the others failed with, and how often. */
  refused: Record<string, number>;
  /** The longest time without an answer. */
  gap: number;
  /** The longest time in which the client itself sent none. */
  unsent: number;
}

export function askedBetween(requests: readonly Request[], from: number, to: number): Asked {
  const within = requests.filter(({ begun }) => begun >= from && begun < to);
  const failures = within.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  return {
    sent: within.length,
    failed: failures.length,
    late: failures.filter(isLate).length,
    refused: counted(failures.filter((failure) => !isLate(failure))),
    gap: silence(requests, from, to),
    unsent: longestGap(
      requests.map(({ begun }) => begun),
      from,
      to,
    ),
  };
}

/** What a request is given up with, by the client itself. */
function isLate(failure: string): boolean {
  return /operation was aborted/i.test(failure);
}

/** The same words together, those that came most first. */
export function counted(messages: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(message, (counts.get(message) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([, one], [, other]) => other - one));
}
