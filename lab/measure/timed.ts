import { performance } from "node:perf_hooks";
import { attempt } from "../command";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import { type Created, childSeconds, createdIn } from "./output";

export interface Timed {
  seconds: number;
  cpuSeconds: number;
  created: Created[];
}

const up = ["up", "--yes", "--skip-preview", "--color", "never"];

/** The words of the measured command, for the record. */
export const measured = ["pulumi", ...up].join(" ");

/** Runs `pulumi up` to its end, with the time it took on the clock and on the processors. */
export async function timedUp(stack: Stack): Promise<Timed> {
  const created: Created[] = [];
  const begun = performance.now();
  const passed = () => Math.round(performance.now() - begun) / 1_000;
  const onLine = (line: string) => {
    const resource = createdIn(line, passed());
    if (resource) created.push(resource);
  };
  const words = ["-c", countingTimes, "sh", "pulumi", ...stack.common, ...up];
  const { code, stdout, stderr } = await attempt("sh", words, { env: stack.env, onLine });
  const seconds = passed();
  if (code !== 0) {
    throw new Problem(
      `pulumi up failed in ${stack.folder}: ${`${stdout}\n${stderr}`.trim().split("\n").slice(-30).join("\n")}`,
      "Find out by npm test -- e2e whether a cluster can be made at all.",
    );
  }
  return { seconds, cpuSeconds: childSeconds(stdout), created };
}

const countingTimes = '"$@"; code=$?; times; exit $code';
