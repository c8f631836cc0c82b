import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { command } from "../../../lab/command";
import { boundaryOf } from "../../../lab/kills/boundaries";
import { withEvents } from "../../../lab/stack";
import type { Stage } from "./scene";

/** An operation of pulumi's under way. */
export interface Run {
  pid: number;
  /** Resolves when the CLI has ended, whoever it leaves behind. */
  ended: Promise<{ code: number | null; said: string; log: string }>;
}

/** Starts an operation, and tells each step boundary as the engine's log names it. */
export function begin(
  { stack, named }: Pick<Stage, "stack" | "named">,
  words: readonly string[],
  onBoundary: (name: string) => void,
): Run {
  const log = join(mkdtempSync(join(tmpdir(), "events-")), "log");
  writeFileSync(log, "");
  const { args, env } = withEvents(stack, words, log);
  const child = spawn("pulumi", args, { env });
  const tail = spawn("tail", ["-n", "+1", "-s", "0.1", "-F", log], { stdio: ["ignore", "pipe", "ignore"] });
  createInterface(tail.stdout).on("line", (line) => {
    const boundary = boundaryOf(line, named);
    if (boundary) onBoundary(boundary);
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => said.push(line));
  const ended = once(child, "exit").then(([code]) => {
    tail.kill();
    return { code, said: said.join("\n"), log: readFileSync(log, "utf8") };
  });
  return { pid: child.pid ?? -1, ended };
}

export interface Process {
  pid: number;
  args: string;
}

/** All that a process has started, and what they have. */
export async function descendants(pid: number): Promise<Process[]> {
  const lines = (await command("ps", ["-ww", "-e", "-o", "pid=,ppid=,args="])).trim().split("\n");
  const all = lines.map((line) => {
    const [own = "", parent = "", ...args] = line.trim().split(/ +/);
    return { pid: Number(own), parent: Number(parent), args: args.join(" ") };
  });
  const below = (of: number): Process[] =>
    all.filter(({ parent }) => parent === of).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}
