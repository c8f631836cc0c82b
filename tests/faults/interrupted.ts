import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Stack } from "../e2e/stack";

/** Sends the signal to the CLI, and to nothing else, once it says that it has come to a step; waits for its end, and gives what it has said. */
export async function interrupted(stack: Stack, signal: NodeJS.Signals, step: RegExp): Promise<string[]> {
  const child = spawn("pulumi", [...stack.common, "up", "--yes", "--skip-preview"], { env: stack.env });
  const lines: string[] = [];
  let reached = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      if (!reached && step.test(line)) child.kill(signal);
      reached ||= step.test(line);
    });
  }
  const [code] = await once(child, "exit");
  expect({ step, reached, finished: code === 0, said: lines }).toEqual({
    step,
    reached: true,
    finished: false,
    said: expect.anything(),
  });
  return lines;
}
