import { readFileSync, writeFileSync } from "node:fs";
import { Problem } from "../problem";

/** Every machine of a lab shares this kernel; with its defaults the tenth machine's systemd does not start. */
const limits: Record<string, number> = {
  "fs.inotify.max_user_instances": 8_192,
  "fs.inotify.max_user_watches": 1_048_576,
};

export function raiseKernelLimits(): void {
  const low = Object.entries(limits).filter(
    ([name, least]) => Number(readFileSync(path(name), "utf8")) < least,
  );
  if (low.length === 0) return;
  try {
    for (const [name, least] of low) writeFileSync(path(name), String(least));
  } catch (error) {
    const settings = low.map(([name, least]) => `${name}=${least}`).join(" ");
    throw new Problem(
      `The kernel's limits are too low for several machines, and raising them failed: ${(error as Error).message}`,
      `As root: sysctl -w ${settings}`,
    );
  }
}

/** True where containers may be given this capability: what init lacks, no container gets. */
export function kernelGrants(capability: number): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${bounding}`) >> BigInt(capability)) & 1n) === 1n;
}

function path(name: string): string {
  return `/proc/sys/${name.replaceAll(".", "/")}`;
}
