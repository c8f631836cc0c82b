import { readFileSync } from "node:fs";
import { type CommandResult, command } from "../../lab/command";
import { inRepository } from "../../lab/folders";
import { down, type LabOptions, up } from "../../lab/machines/lab";
import type { Lab, LabMachine } from "../../lab/machines/model";
import { onMachine } from "../../lab/machines/on-machine";
import { runPrefix } from "../../lab/machines/reap";
import { overSsh } from "../../lab/machines/ssh";
import { findMachine } from "../../lab/machines/store";

export { onMachine };

/** Generous: a test that needs longer hangs. */
export const minutes = (count: number) => count * 60_000;

/** A lab of this test file's own. */
export function labName(suite: string): string {
  return `${process.env.LAB_RUN ?? runPrefix()}-${suite}`;
}

export async function labUp(suite: string, size: Partial<LabOptions>): Promise<Lab> {
  return up({ name: labName(suite), servers: 1, agents: 0, spare: 0, bastion: false, k3s: [], ...size });
}

export function labDown(suite: string): Promise<void> {
  return down(labName(suite));
}

export function ssh(lab: Lab, name: string, line: string, user = "root"): Promise<CommandResult> {
  return overSsh(lab, machine(lab, name), [line], { user });
}

export function machine(lab: Lab, name: string): LabMachine {
  return findMachine(lab, name);
}

/** Has these packages be what a machine lacks, and apt there brings from an archive on its own disk. */
export async function repack(lab: Lab, name: string, ...packages: string[]): Promise<void> {
  const text = readFileSync(inRepository("tests", "e2e", "fixtures", "repack.sh"), "utf8");
  await onMachine(lab, name, `PACKAGES='${packages.join(" ")}'\n${text}`);
}

/** The lab's own command line, as a user calls it. */
export function labCommand(...args: string[]): Promise<string> {
  return command(process.execPath, [inRepository("lab", "start.mjs"), "lab", ...args]);
}
