import { readFileSync, writeFileSync } from "node:fs";
import { attempt } from "../command";
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

const unified = "/sys/fs/cgroup/unified";

/**
 * Where version 1 of cgroups is in force, a machine's systemd keeps its books in version 2 beside it. The
 * engine gives each container a part of its own there only when it is mounted; else the machines would
 * share one, and each would end what the others start.
 */
export async function keepMachinesApart(): Promise<void> {
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  if (/^\S+ \S+ cgroup2 /m.test(mounts)) return;
  const mounted = await attempt("sh", ["-c", `mkdir -p ${unified} && mount -t cgroup2 cgroup2 ${unified}`]);
  if (mounted.code === 0) return;
  throw new Problem(
    `Version 2 of cgroups is not mounted, and mounting it failed: ${mounted.stderr.trim()}`,
    `As root: mkdir -p ${unified} && mount -t cgroup2 cgroup2 ${unified}`,
  );
}

/** True where containers may be given this capability: what init lacks, no container gets. */
export function kernelGrants(capability: number): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${bounding}`) >> BigInt(capability)) & 1n) === 1n;
}

function path(name: string): string {
  return `/proc/sys/${name.replaceAll(".", "/")}`;
}
