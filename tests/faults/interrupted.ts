import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Stack } from "../e2e/stack";
import { linesOf } from "./lines";

/** Sends the signal to the CLI, and to nothing else, once it says that it has come to a step; waits for its end, and gives what it has said. */
export async function interrupted(stack: Stack, signal: NodeJS.Signals, step: RegExp): Promise<string[]> {
  const child = spawn("pulumi", [...stack.common, "up", "--yes", "--skip-preview"], { env: stack.env });
  let reached = false;
  const said = linesOf(child, (line) => {
    if (!reached && step.test(line)) child.kill(signal);
    reached ||= step.test(line);
  });
  const [code] = await once(child, "exit");
  expect({ step, reached, finished: code === 0, said }).toEqual({
    step,
    reached: true,
    finished: false,
    said: expect.anything(),
  });
  return said;
}
