import { networkInterfaces } from "node:os";
import { CommandError } from "../command";
import { docker, labLabel, listed } from "../engine/docker";
import { Problem } from "../problem";
import { containerName } from "./model";

const candidates = Array.from({ length: 200 }, (_, index) => `172.30.${index + 20}.`);

/**
 * Makes the lab's own network in a subnet that nobody uses. Two labs may come up at once: the engine
 * refuses an overlap, and the next subnet is tried.
 */
export async function makeNetwork(lab: string): Promise<string> {
  const taken = new Set([...localPrefixes(), ...(await enginePrefixes())]);
  for (const prefix of candidates.filter((candidate) => !taken.has(candidate))) {
    if (await created(lab, prefix)) return prefix;
  }
  throw new Problem(
    "There is no free subnet left in 172.30.0.0/16.",
    "Take labs down that are no longer needed.",
  );
}

async function created(lab: string, prefix: string): Promise<boolean> {
  const subnet = ["--subnet", `${prefix}0/24`, "--gateway", `${prefix}1`];
  const name = containerName(lab);
  try {
    await docker(["network", "create", "--label", `${labLabel}=${lab}`, ...subnet, name]);
    return true;
  } catch (error) {
    if (error instanceof CommandError && /overlaps/i.test(error.result.stderr)) return false;
    throw error;
  }
}

function localPrefixes(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address }) => prefixOf(address));
}

async function enginePrefixes(): Promise<string[]> {
  const ids = await listed(["network", "ls", "-q"]);
  if (ids.length === 0) return [];
  const format = "{{range .IPAM.Config}}{{.Subnet}}{{println}}{{end}}";
  return (await listed(["network", "inspect", "-f", format, ...ids])).map(prefixOf);
}

function prefixOf(address: string): string {
  return `${address.split(".").slice(0, 3).join(".")}.`;
}
