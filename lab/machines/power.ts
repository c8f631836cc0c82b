import { rmSync } from "node:fs";
import { docker } from "../engine/docker";
import { ensureImage } from "../engine/image";
import { startMachine } from "./containers";
import { makeHostKeys, writeKnownHosts } from "./keys";
import { containerName, type Lab, type LabMachine } from "./model";
import { ready } from "./ready";
import { labFile } from "./store";

/** What can be done to a machine's power, and the docker command that does it. */
export const powerActions = {
  stop: ["stop", "-t", "30"],
  start: ["start"],
  kill: ["kill"],
  pause: ["pause"],
  resume: ["unpause"],
} as const;

export type PowerAction = keyof typeof powerActions;

/** Does one of them to a machine, and waits for SSH where the machine comes back by it. */
export async function power(lab: Lab, machine: LabMachine, action: PowerAction): Promise<void> {
  await docker([...powerActions[action], containerName(lab.name, machine.name)]);
  if (action === "start" || action === "resume") await ready(lab, machine);
}

/** Rebuilds a machine under its old name and address: empty disk, new machine-id, new host keys. */
export async function wipe(lab: Lab, machine: LabMachine): Promise<void> {
  const image = await ensureImage();
  await docker(["rm", "-fv", containerName(lab.name, machine.name)]);
  rmSync(labFile(lab.name, "hosts", machine.name), { recursive: true, force: true });
  await makeHostKeys(lab.name, machine.name);
  writeKnownHosts(lab);
  await startMachine(lab, machine, image);
  await ready(lab, machine);
}
