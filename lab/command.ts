import { type SpawnOptions, spawn } from "node:child_process";

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Text for standard input; without it the command reads nothing. */
  input?: string | Buffer;
  /** Called for every line of either stream as it arrives. */
  onLine?: (line: string) => void;
  /** Ends the command after so many milliseconds. */
  timeout?: number;
  signal?: AbortSignal;
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A command that ran and failed, or could not be run at all (`code` is then -1). */
export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly result: CommandResult,
  ) {
    super(`${command}: ${lastLines(result.stderr || result.stdout) || `exit code ${result.code}`}`);
    this.name = "CommandError";
  }
}

/** Runs a command to its end and gives its output; throws a CommandError when it fails. */
export async function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await attempt(file, args, options);
  if (result.code !== 0) throw new CommandError([file, ...args].join(" "), result);
  return result.stdout;
}

/** Runs a command to its end whatever its exit code. */
export function attempt(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env = process.env, input, onLine, timeout, signal } = options;
  const stdin = input === undefined ? "ignore" : "pipe";
  const spawnOptions: SpawnOptions = { cwd, env, timeout, signal, stdio: [stdin, "pipe", "pipe"] };
  return new Promise((resolve) => {
    const child = spawn(file, args, spawnOptions);
    const stdout = collect(child.stdout, onLine);
    const stderr = collect(child.stderr, onLine);
    child.once("error", (error) => resolve({ code: -1, stdout: stdout(), stderr: error.message }));
    child.once("close", (code, killedBy) => {
      const why = killedBy ? `${stderr()}\nended by ${killedBy}` : stderr();
      resolve({ code: code ?? -1, stdout: stdout(), stderr: why });
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}

/** Runs a command on the user's own terminal and gives its exit code. */
export function interactive(
  file: string,
  args: readonly string[],
  env = process.env,
  cwd = process.cwd(),
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit", env, cwd });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

function collect(stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): () => string {
  let text = "";
  let rest = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (!onLine) return;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  return () => text;
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-5).join("\n");
}
