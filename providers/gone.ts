import { setTimeout as pause } from "node:timers/promises";
import { RemoteError } from "../remote/errors";
import type { Machine } from "../remote/machine";
import type { Connection } from "./connection";
import { wayTo } from "./way";
import type { Tell } from "./wire";

interface Removal {
  machine: Machine;
  connection: Connection;
  /** Other machines of its cluster. */
  others: readonly Machine[];
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
  const { machine, connection, others, left, tell } = removal;
  for (const begun = Date.now(); ; await pause(1_000)) {
    try {
      return await remove();
    } catch (error) {
      if (!(error instanceof RemoteError) || !isUnreached(error)) throw error;
      if (error.kind !== "unknown host" && Date.now() - begun < returning) continue;
      if (!(await anyAnswers(others))) throw error;
      gone.add(wayTo(connection));
      tell.warn(
        `${machine.name} cannot be reached (${error.reason}), and is taken to be gone. What stays on it: ${left}. ` +
          "Should it come back, stop this unit there and remove the rest by hand.",
      );
      return undefined;
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
