import { lastWords, RemoteError, Trouble } from "./errors";
import { execute, type Task } from "./execute";
import type { Transport } from "./transport";
import { placeFile } from "./write-file";

export interface Script {
  /** For messages. */
  name: string;
  /** POSIX sh. */
  text: string;
}

export interface RunOptions {
  /** Assigned before the script's text; they travel over standard input. */
  variables?: Record<string, string>;
  /** Milliseconds, for everything: connecting, waiting for a turn, running. */
  deadline: number;
  /** What must not appear in an error. */
  secrets?: readonly string[];
  /** Run as root, by `sudo -n` where the user is another; true by default. */
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
  deadline: number;
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
}

export function machineOver(transport: Transport, name: string): Machine {
  async function attempt(script: Script, options: RunOptions): Promise<Answer> {
    return named(script, options, () => execute(transport, taskOf(script, options)));
  }

  async function run(script: Script, options: RunOptions): Promise<string> {
    return named(script, options, async () => {
      const answer = await execute(transport, taskOf(script, options));
      if (answer.code === 0) return answer.stdout;
      throw new Trouble({
        kind: "failed",
        cause: `"${script.name}" failed with exit code ${answer.code}${lastWords(answer)}`,
        remedy: `Correct the cause on ${name}, then run this again.`,
        answer,
      });
    });
  }

  async function named<T>(script: Script, { secrets }: RunOptions, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Trouble)
        throw new RemoteError(error.failure, { machine: name, script: script.name, secrets });
      throw error;
    }
  }

  return {
    name,
    attempt,
    run,
    async writeFile(path, content, { mode, ...options }) {
      const { script, variables } = placeFile(path, content, mode);
      await run(script, { ...options, variables, secrets: [...(options.secrets ?? []), content] });
    },
  };
}

function taskOf({ name, text }: Script, { variables = {}, root = true, ...rest }: RunOptions): Task {
  return { name, text, variables, root, ...rest };
}
