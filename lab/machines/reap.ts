import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { labLabel, listed } from "../engine/docker";
import { inRepository } from "../folders";
import { undoneAtExit } from "../tools/interruption";
import { down } from "./lab";

/** The names of a test run's labs begin with its process, so that a later run can tell whose they are. */
export function runPrefix(pid = process.pid): string {
  return `t${pid}`;
}

/** Takes down the labs of test runs that were killed before they could do it themselves. */
export async function reapDeadRuns(): Promise<void> {
  await takeDown((pid) => !existsSync(`/proc/${pid}`));
}

/** Does the work of a test run, and takes down what it leaves, also when it is interrupted. */
export async function withReaping<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  const leftovers = inRepository("dist", "lab", "machines", "reap.js");
  const reapNow = () =>
    spawnSync(process.execPath, [
      "-e",
      "require(process.argv[1]).reapRun(process.argv[2])",
      leftovers,
      prefix,
    ]);
  try {
    return await undoneAtExit(reapNow, work);
  } finally {
    await reapRun(prefix);
  }
}

export async function reapRun(prefix: string): Promise<void> {
  await takeDown((pid) => runPrefix(pid) === prefix);
}

async function takeDown(which: (pid: number) => boolean): Promise<void> {
  for (const name of await labsOnEngine()) {
    const pid = /^t(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && which(Number(pid))) await down(name);
  }
}

async function labsOnEngine(): Promise<Set<string>> {
  const label = ["--filter", `label=${labLabel}`, "--format", `{{.Label "${labLabel}"}}`];
  return new Set([...(await listed(["ps", "-a", ...label])), ...(await listed(["network", "ls", ...label]))]);
}
