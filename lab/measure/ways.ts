import { rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { attempt } from "../command";
import { say } from "../console";
import { inRepository } from "../folders";
import type { Lab, Role } from "../machines/model";
import { sshSettings } from "../machines/ssh";
import { labFile } from "../machines/store";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import { k3s } from "../tools/catalog";
import type { Attempt, UpAttempt } from "./figures";
import { promotionsOf, sessionsOf, since } from "./machines";
import type { Created } from "./output";
import { timedUp } from "./timed";

/** Makes the cluster by the script that a good hand would write for it. */
export async function byScript(lab: Lab): Promise<Attempt> {
  const config = sshConfig(lab);
  const env = {
    ...process.env,
    SSH_CONFIG: config,
    SERVERS: addresses(lab, "server"),
    AGENTS: addresses(lab, "agent"),
    MIRROR: lab.mirror,
    VERSION: k3s["k3s-1.33"].version,
    DISABLE: "coredns local-storage metrics-server servicelb traefik",
  };
  const load = currentLoad();
  const begun = performance.now();
  const onLine = (line: string) => say(`    ${line}`);
  const { code } = await attempt("bash", [inRepository("bench", "by-hand.sh")], { env, onLine });
  const seconds = Math.round(performance.now() - begun) / 1_000;
  rmSync(config);
  if (code !== 0) throw new Problem("bench/by-hand.sh did not finish.", "Read what it says above.");
  return { load, seconds, promotions: await promotionsOf(lab) };
}

/** Makes the cluster by `pulumi up` of this repository's own program. */
export async function byPulumi(lab: Lab, stack: Stack): Promise<UpAttempt & { created: Created[] }> {
  const load = currentLoad();
  const before = await sessionsOf(lab);
  const { seconds, cpuSeconds, created } = await timedUp(stack);
  const sessions = since(before, await sessionsOf(lab));
  return { load, seconds, cpuSeconds, sessions, promotions: await promotionsOf(lab), created };
}

function addresses(lab: Lab, wanted: Role): string {
  return lab.machines
    .filter(({ role }) => role === wanted)
    .map(({ name, address }) => `${name}=${address}`)
    .join(" ");
}

function sshConfig(lab: Lab): string {
  const file = labFile(lab.name, "ssh_config");
  const lines = Object.entries({ User: "root", ...sshSettings(lab) }).map(
    ([key, value]) => `${key} ${value}\n`,
  );
  writeFileSync(file, lines.join(""));
  return file;
}

function currentLoad(): number {
  return loadavg()[0] ?? 0;
}
