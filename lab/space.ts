import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { Problem } from "./problem";

const needed = 6 * 1024 ** 3;

/** Refuses to begin something large where it would fail for lack of room. */
export function requireSpace(folder: string): void {
  const free = freeBytes(folder);
  if (free >= needed) return;
  throw new Problem(
    `The disk of ${folder} has ${gibibytes(free)} free; ${gibibytes(needed)} are needed.`,
    "Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.",
  );
}

function freeBytes(folder: string): number {
  if (!existsSync(folder)) return freeBytes(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
