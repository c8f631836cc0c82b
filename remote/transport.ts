import type { Readable, Writable } from "node:stream";

/** How a process ended; `lost` says why nobody can tell. */
export type Exit = { code: number } | { signal: string } | { lost: string };

export interface Running {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the process is over and its output has been read; never rejects. */
  ended: Promise<Exit>;
  /** Lets go of a process that did not end by itself. */
  abandon(): void;
}

/** The time that something may take. */
export interface Clock {
  /** Stands still: what happens meanwhile has a clock of its own. */
  hold(): void;
  /** Begins anew. */
  release(): void;
}

export interface Transport {
  /** The user that a command runs as, and where; for messages. */
  readonly user: string;
  readonly address: string;
  /** What sudo is told when it asks; without it, sudo must not ask. */
  readonly sudoPassword?: string;
  /** What must not appear in an error. */
  readonly secrets: readonly string[];
  /** Starts a command line that never depends on a value; the clock is held on the way there. Fails with Trouble. */
  start(command: readonly string[], signal: AbortSignal, clock: Clock): Promise<Running>;
  /** The key that the machine shows to who connects to it; fails with Trouble. */
  hostKey(signal: AbortSignal, clock: Clock): Promise<string>;
}
