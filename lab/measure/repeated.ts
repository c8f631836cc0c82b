import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../console";
import { inRepository } from "../folders";
import { link } from "../project";
import { openStack, type Stack } from "../stack";
import type { Repeated, StateSize } from "./figures";
import { timedUp } from "./timed";

const times = 5;

export interface Compared {
  empty: Repeated;
  unchanged: Repeated;
  state: StateSize;
}

/** A cluster that is up beside a program without a line: what each `up` takes, and each state. */
export async function compareWithNothing(cluster: Stack, folder: string): Promise<Compared> {
  say(`==> pulumi up ${times} times where nothing is to be done, beside an empty program`);
  const nothing = await openStack(folder, "t", emptyProgram);
  await timedUp(nothing);
  const empty: Repeated = { seconds: [], cpuSeconds: [] };
  const unchanged: Repeated = { seconds: [], cpuSeconds: [] };
  for (let time = 0; time < times; time += 1) {
    await add(empty, nothing);
    await add(unchanged, cluster);
  }
  return { empty, unchanged, state: { file: stateFile(cluster), emptyFile: stateFile(nothing) } };
}

async function add(to: Repeated, stack: Stack): Promise<void> {
  const { seconds, cpuSeconds } = await timedUp(stack);
  to.seconds.push(seconds);
  to.cpuSeconds.push(cpuSeconds);
}

/** The size of what the backend keeps for a stack. */
export function stateFile({ folder }: Stack): number {
  const project = /^name: (\S+)/m.exec(readFileSync(join(folder, "Pulumi.yaml"), "utf8"))?.[1] ?? "";
  return statSync(join(folder, "..", "state", ".pulumi", "stacks", project, "t.json")).size;
}

function emptyProgram(project: string): void {
  mkdirSync(project, { recursive: true });
  link(inRepository("node_modules"), join(project, "node_modules"));
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "main": "index.js" }\n');
  writeFileSync(join(project, "index.js"), "");
}
