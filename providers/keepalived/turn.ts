import { oneAtATime } from "../one-at-a-time";

/** The turn of one machine among those that are changed. */
export interface Turn {
  /** Nobody has to wait for this one: it takes the addresses from nobody. */
  pass(): void;
  /** Changes the machine when it is its turn; with the one that has the addresses that is after the others. */
  take<T>(hasAddresses: boolean, change: () => Promise<T>): Promise<T>;
}

/** Those who have begun and not had their turn yet, by their cluster. */
const begun = new Map<string, Set<Promise<void>>>();

/**
 * Machines are changed one at a time, so that never all of them are without the addresses; the one that has them comes
 * last of those that have begun by then, so that they move once at the most. Nobody waits for one who has not begun.
 */
export async function takingTurns<T>(cluster: string, work: (turn: Turn) => Promise<T>): Promise<T> {
  const all = begun.get(cluster) ?? new Set();
  begun.set(cluster, all);
  let done = () => {};
  const mine = new Promise<void>((resolve) => {
    done = resolve;
  });
  all.add(mine);
  const pass = () => {
    all.delete(mine);
    done();
  };
  const take = async <R>(hasAddresses: boolean, change: () => Promise<R>) => {
    if (hasAddresses) {
      pass();
      await Promise.all(all);
    }
    return oneAtATime(change);
  };
  try {
    return await work({ pass, take });
  } finally {
    pass();
  }
}
