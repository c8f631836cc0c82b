import type { Readable } from "node:stream";
import { lastWords, RemoteError, Trouble } from "./errors";
import { execute, type Task } from "./execute";
import { type Held, type HoldOptions, hold } from "./hold";
import { placing } from "./place-file";
import { stopper } from "./stopper";
import type { Transport } from "./transport";
import { type UploadOptions, uploading } from "./upload";

export interface Script {
  /** For messages. */
  name: string;
  /** POSIX sh. */
  text: string;
}

export interface RunOptions {
  /** Assigned before the script's text; they travel over standard input. */
  variables?: Record<string, string>;
  /** Milliseconds for waiting for a turn and running; connecting has a time of its own (`connectTimeout`). */
  deadline: number;
  /** What must not appear in an error. */
  secrets?: readonly string[];
  /** Run as root, by sudo where the user is another; true by default. */
  root?: boolean;
  /** Ends the script when it is aborted. */
  signal?: AbortSignal;
}

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

export interface WriteOptions {
  /** Octal, such as "0600". */
  mode: string;
  /** Milliseconds, as of a script. */
  deadline: number;
  /** What must not appear in an error, besides the content. */
  secrets?: readonly string[];
}

export interface Machine {
  /** What the user calls it, for messages. */
  readonly name: string;
  /** Runs a script, whatever its exit code; fails when it did not run or was cut off. */
  attempt(script: Script, options: RunOptions): Promise<Answer>;
  /** Runs a script that must succeed, and gives its standard output. */
  run(script: Script, options: RunOptions): Promise<string>;
  /** Replaces a file in one step, or leaves it as it was. */
  writeFile(path: string, content: string, options: WriteOptions): Promise<void>;
  /** Streams a file, by its path here or as it comes; it replaces the one there in one step, or nothing. */
  upload(source: Readable | string, path: string, options: UploadOptions): Promise<void>;
  /** Runs a script that goes on until it is released; gives its answer where it has ended instead. */
  hold(script: Script, options: HoldOptions): Promise<Held | Answer>;
  /** "ssh-ed25519 AAAA…": the key of the live connection, which is made if necessary. */
  hostKey(): Promise<string>;
}

/** Nothing runs for it, and connecting has a time of its own. */
const asking = { name: "ask for the host key", deadline: 30_000 };

export function machineOver(transport: Transport, name: string): Machine {
  async function done(task: Task, secrets?: readonly string[]): Promise<string> {
    return named(task.name, secrets, async () => {
      const answer = await execute(transport, task);
      if (answer.code === 0) return answer.stdout;
      throw new Trouble({
        kind: "failed",
        cause: `"${task.name}" failed with exit code ${answer.code}${lastWords(answer)}`,
        remedy: `Correct the cause on ${name}, then run this again.`,
        answer,
      });
    });
  }

  async function named<T>(
    script: string,
    secrets: readonly string[] = [],
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      const all = [...secrets, ...transport.secrets];
      throw new RemoteError(error.failure, { machine: name, script, secrets: all });
    }
  }

  return {
    name,
    attempt: (script, options) =>
      named(script.name, options.secrets, () => execute(transport, taskOf(script, options))),
    run: async (script, options) => done(taskOf(script, options), options.secrets),
    async writeFile(path, content, { mode, deadline, secrets = [] }) {
      const task = {
        name: `write ${path}`,
        ...placing(path, mode, { CONTENT: content }),
        root: true,
        deadline,
      };
      await done(task, [...secrets, content]);
    },
    async upload(source, path, options) {
      try {
        await done(uploading(source, path, options));
      } finally {
        if (typeof source !== "string") source.destroy();
      }
    },
    hold: (script, options) => named(script.name, [], () => hold(transport, script, options)),
    hostKey: () => named(asking.name, [], () => hostKeyOf(transport)),
  };
}

async function hostKeyOf(transport: Transport): Promise<string> {
  const stop = stopper(asking);
  try {
    return await transport.hostKey(stop.signal, stop.clock);
  } finally {
    stop.done();
  }
}

function taskOf({ name, text }: Script, { variables = {}, root = true, ...rest }: RunOptions): Task {
  const { deadline, signal } = rest;
  return { name, text, variables, root, deadline, signal };
}
