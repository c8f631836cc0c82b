import { inContainer } from "../engine/docker";
import { containerName, type Lab } from "./model";

/** Runs a shell script on a machine, past its SSH, and gives what it prints. */
export async function onMachine(lab: Lab, name: string, script: string): Promise<string> {
  return (await inContainer(containerName(lab.name, name), ["sh", "-e", "-s"], script)).trim();
}

/** Since when k3s's units run on these machines; equal texts mean that nobody restarted them. */
export async function startTimes(lab: Lab, names: readonly string[]): Promise<Record<string, string>> {
  const since = "systemctl show -p ActiveEnterTimestampMonotonic --value k3s k3s-agent";
  const times = names.map(async (name) => [name, await onMachine(lab, name, since)]);
  return Object.fromEntries(await Promise.all(times));
}

export const kubectl = "k3s kubectl --cache-dir /tmp/kube";
