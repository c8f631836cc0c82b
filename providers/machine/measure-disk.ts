import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { StepError } from "../failure";
import type { Override } from "../preflight/overrides";
import type { Tell } from "../wire";

/** How to take a slow disk: by default as a warning, and as an error where etcd could not live on it. */
export type SlowDisk = Override | "default";

/** Milliseconds in which etcd wants 99 of 100 writes on the disk, and those after which its leaders get lost. */
const wanted = 10;
const bearable = 100;

const limits = { default: bearable, warning: Number.POSITIVE_INFINITY, error: wanted };

/** Machines may share a disk: none is refused for a moment in which others used it. */
const tries = 3;

const step = "measuring its disk";

/** Refuses a disk that is too slow for a server's database, before anything is started on it. */
export async function measureDisk(machine: Machine, taken: SlowDisk, tell: Tell): Promise<void> {
  if (taken === "ignore") return;
  tell(step);
  const limit = limits[taken];
  let best = await measured(machine, tell);
  for (let left = tries - 1; left > 0 && best && best.milliseconds > limit; left--)
    best = quicker(best, await measured(machine, tell));
  if (!best || best.milliseconds <= wanted) return;
  const refused = best.milliseconds > limit;
  const error = tooSlow(machine, best, refused ? "warning" : "ignore");
  if (refused) throw error;
  tell.warn(error.message);
}

interface Measured {
  /** Of the slowest write but one in a hundred. */
  milliseconds: number;
  which: string;
  count: string;
}

/** Nothing where there is a database already, or where it cannot be said. */
async function measured(machine: Machine, tell: Tell): Promise<Measured | undefined> {
  const { code, stdout, stderr } = await machine.attempt(script("measure-disk"), { deadline: 120_000 });
  const reason = stderr.trim().split("\n").at(-1) || `exit code ${code}`;
  if (code === 74)
    throw new StepError({
      machine: machine.name,
      step,
      cause: reason,
      next: "see whether it is full or broken (df, dmesg), then run this again",
    });
  if (code !== 0) tell.warn(`${machine.name}: its disk was not measured: ${reason}`);
  const [microseconds, which = "", count = ""] = stdout.trim().split(" ");
  return microseconds ? { milliseconds: Number(microseconds) / 1_000, which, count } : undefined;
}

function quicker(one: Measured, other: Measured | undefined): Measured {
  return other && other.milliseconds < one.milliseconds ? other : one;
}

function tooSlow(machine: Machine, { milliseconds, which, count }: Measured, otherwise: Override): StepError {
  return new StepError({
    machine: machine.name,
    step,
    cause: `writes reach the disk after ${Number(milliseconds.toPrecision(3))} ms (${which} of ${count}; etcd wants less than ${wanted})`,
    next: `put /var/lib/rancher/k3s/server/db on a faster disk, such as an SSD, or give preflight: { slow-disk: ${otherwise} }`,
  });
}
