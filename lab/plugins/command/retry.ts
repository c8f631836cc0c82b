import { setTimeout } from "node:timers/promises";

export interface RetryOptions {
  /** How many failures are borne; -1 for any number. */
  limit: number;
  signal: AbortSignal;
  /** Told of each failure that is followed by another attempt. */
  onFailure(failures: number, error: Error): void;
  pause?(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Attempts something until it works or has failed more often than allowed, with ever longer pauses. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { limit, signal, onFailure, pause = sleep } = options;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || (limit >= 0 && failures > limit)) {
        const attempts = failures === 1 ? "a failed attempt" : `${failures} failed attempts`;
        throw new Error(`after ${attempts}: ${(error as Error).message}`, { cause: error });
      }
      onFailure(failures, error as Error);
      await pause(Math.min(250 * 1.5 ** (failures - 1), 30_000), signal);
    }
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  // A cancelled pause is no failure of its own: the next attempt is the last, and tells why it failed.
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}
