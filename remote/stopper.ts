import { Trouble } from "./errors";
import type { Clock } from "./transport";

export interface Stopper {
  /** Aborted with a Trouble that says why. */
  signal: AbortSignal;
  /** Of the task's deadline. */
  clock: Clock;
  /** From now on the script, not the way to it, is what takes time. */
  started(): void;
  done(): void;
}

/** What cancels each task, and when it has ended. */
const underWay = new Map<() => void, Promise<void>>();

/** What ends a task early: its deadline, its caller, or the end of everything. */
export function stopper(task: { name: string; deadline: number; signal?: AbortSignal }): Stopper {
  const { name, deadline, signal } = task;
  const controller = new AbortController();
  let running = false;
  let finish: () => void = () => undefined;
  const begin = () => setTimeout(() => controller.abort(tooLate(name, deadline, running)), deadline);
  let timer = begin();
  const hold = () => clearTimeout(timer);
  const cancel = () => controller.abort(cancelled(name, running));
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  underWay.set(cancel, ended);
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });

  return {
    signal: controller.signal,
    clock: {
      hold,
      release() {
        hold();
        timer = begin();
      },
    },
    started() {
      running = true;
    },
    done() {
      hold();
      signal?.removeEventListener("abort", cancel);
      underWay.delete(cancel);
      finish();
    },
  };
}

/** Stops every task; resolves when all of them have ended. */
export async function stopAll(): Promise<void> {
  const ends = [...underWay.values()];
  for (const cancel of underWay.keys()) cancel();
  await Promise.all(ends);
}

/** Waits for something no longer than the signal allows; what is waited for goes on. */
export async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let refuse: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    refuse = () => reject(signal.reason);
    signal.addEventListener("abort", refuse, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", refuse);
  }
}

function tooLate(name: string, deadline: number, running: boolean): Trouble {
  const within = `within ${deadline / 1000} s`;
  return new Trouble(
    running
      ? {
          kind: "timed out",
          cause: `"${name}" did not finish ${within} and was ended`,
          remedy: "See on the machine what it waits for, then run this again.",
        }
      : {
          kind: "timed out",
          cause: `"${name}" could not start ${within}`,
          remedy: "Check that the machine is up and not overloaded, then run this again.",
        },
  );
}

function cancelled(name: string, running: boolean): Trouble {
  return new Trouble({
    kind: "connection lost",
    cause: running
      ? `"${name}" was cancelled while it ran, and ended`
      : `"${name}" was cancelled before it ran`,
    remedy: "Run this again to complete what is missing.",
  });
}
