import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { command } from "../../../lab/command";
import type { Stack } from "../../e2e/stack";

/** A run of pulumi that says all it can. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

const loudly = ["--logtostderr", "-v=9", "--logflow"];
const withoutPreview = ["--yes", "--skip-preview", ...loudly];

export function preview(stack: Stack): Promise<Run> {
  return stack.tryPulumi(["preview", "--diff", ...loudly]);
}

export function up(stack: Stack, ...more: string[]): Promise<Run> {
  return stack.tryPulumi(["up", ...withoutPreview, ...more]);
}

export function refresh(stack: Stack): Promise<Run> {
  return stack.tryPulumi(["refresh", "--diff", ...withoutPreview]);
}

export function destroy(stack: Stack): Promise<Run> {
  return stack.tryPulumi(["destroy", ...withoutPreview]);
}

/** An up whose provider crashes when it comes to this step. */
export async function crashedUp({ common, env }: Stack, step: RegExp): Promise<Run> {
  const child = spawn("pulumi", [...common, "up", ...withoutPreview], { env });
  const closed = once(child, "close");
  const stderr = text(child.stderr);
  const lines: string[] = [];
  let crashed = false;
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (crashed || !step.test(line)) continue;
    crashed = true;
    process.kill(await providerOf(child.pid ?? 0), "SIGSEGV");
  }
  const [code] = await closed;
  if (!crashed) throw new Error(`${step} never came:\n${lines.join("\n")}`);
  return { code: code ?? -1, stdout: lines.join("\n"), stderr: await stderr };
}

/** The provider's process among those that this one has begun. */
async function providerOf(ancestor: number): Promise<number> {
  const rows = (await command("ps", ["-e", "-ww", "-o", "pid=,ppid=,args="])).trim().split("\n");
  const all = rows.map((row) => /^ *(\d+) +(\d+) (.*)$/.exec(row)?.slice(1) ?? []);
  const below = (pid: number): string[][] =>
    all.filter(([, parent]) => Number(parent) === pid).flatMap((row) => [row, ...below(Number(row[0]))]);
  const [pid] = below(ancestor).find(([, , args]) => /\bnode\b.*dynamic-provider/.test(args ?? "")) ?? [];
  if (!pid) throw new Error("there is no provider to crash");
  return Number(pid);
}

/**
 * What was logged, without the lines in which Pulumi traces every property of every resource: for any program at this
 * level they hold secrets, too, and nothing that a provider does keeps them out.
 */
export function withoutTrace(log: string): string {
  return log
    .split("\n")
    .filter((line) => !trace.test(line))
    .join("\n");
}

const trace =
  /^\{"time":"[^"]*","level":"INFO","msg":"(?:(?:Unm|M)arshaling property for RPC\[|(?:eventSink::Debug\(<\{%reset%\}>)?RegisterResource RPC finished: )/;
