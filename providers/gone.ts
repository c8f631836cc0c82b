import { setTimeout as pause } from "node:timers/promises";
import { RemoteError } from "../remote/errors";
import type { Machine } from "../remote/machine";
import type { Connection } from "./connection";
import { wayTo } from "./way";
import type { Tell } from "./wire";

interface Place {
  machine: Machine;
  connection: Connection;
  /** Other machines of its cluster. */
  others: readonly Machine[];
}

interface Removal extends Place {
  /** What stays on a machine that nobody reaches. */
  left: string;
  tell: Tell;
}

/** How long a machine is tried again that does not answer: it may have restarted. */
const returning = 30_000;

const gone = new Set<string>();

/** Whether a machine was found to be gone in this operation. */
export function isGone(connection: Connection): boolean {
  return gone.has(wayTo(connection));
}

/**
 * Removes something from a machine. One that cannot be reached, while another of its cluster can, is taken to be gone,
 * and what stays on it is told. Where none can be reached it is the way there that is broken, and nothing is forgotten.
 */
export async function removeFrom<T>(removal: Removal, remove: () => Promise<T>): Promise<T | undefined> {
  const { machine, left, tell } = removal;
  const end = await whileThere(removal, remove);
  if ("done" in end) return end.done;
  tell.warn(
    `${machine.name} cannot be reached (${end.lost.reason}), and is taken to be gone. What stays on it: ${left}. ` +
      "Should it come back, stop this unit there and remove the rest by hand.",
  );
  return undefined;
}

/** Whether a machine is there; one that cannot be reached, while another of its cluster can, is taken to be gone. */
export async function isThere(place: Place): Promise<boolean> {
  return "done" in (await whileThere(place, () => place.machine.hostKey()));
}

async function whileThere<T>(
  { connection, others }: Place,
  work: () => Promise<T>,
): Promise<{ done: T } | { lost: RemoteError }> {
  const patience = isGone(connection) ? 0 : returning;
  for (const begun = Date.now(); ; await pause(1_000)) {
    try {
      return { done: await work() };
    } catch (error) {
      if (!(error instanceof RemoteError) || !isUnreached(error)) throw error;
      if (error.kind !== "unknown host" && Date.now() - begun < patience) continue;
      if (!(await anyAnswers(others))) throw error;
      gone.add(wayTo(connection));
      return { lost: error };
    }
  }
}

/** Nothing has run there. */
function isUnreached({ kind, answer }: RemoteError): boolean {
  return !answer && ["unreachable", "timed out", "unknown host"].includes(kind);
}

async function anyAnswers(machines: readonly Machine[]): Promise<boolean> {
  const answers = machines.map((machine) => machine.hostKey());
  return (await Promise.allSettled(answers)).some(({ status }) => status === "fulfilled");
}
