import { readFileSync } from "node:fs";

/** The shell that holds something: the one child of the first, which waits for it. */
export function holderOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
}

/** Whether nothing is left of what a process had started. */
export function alone(pid: number): boolean {
  try {
    return !process.kill(-pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
    throw error;
  }
}
