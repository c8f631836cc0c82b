import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command } from "../command";
import type { Lab } from "./model";
import { labFile } from "./store";

/** The key that opens every machine of the lab, for each of its users. */
export function userKey(lab: string): string {
  return labFile(lab, "id_ed25519");
}

export function knownHosts(lab: string): string {
  return labFile(lab, "known_hosts");
}

export function makeUserKey(lab: string): Promise<void> {
  return makeKey(userKey(lab), `lab ${lab}`);
}

/** As on most machines there is more than one, and who asks decides which is shown; the one first that we ask for. */
export const hostKeyTypes = ["ecdsa", "ed25519"] as const;

type HostKeyType = (typeof hostKeyTypes)[number];

/** A machine's own keys, made before it starts, so that nobody has to trust a first contact; those that are there stay. */
export async function makeHostKeys(lab: string, machine: string): Promise<void> {
  const missing = hostKeyTypes.filter((type) => !existsSync(hostKey(lab, machine, type)));
  for (const type of missing) await makeKey(hostKey(lab, machine, type), machine, type);
}

export function hostKey(lab: string, machine: string, type: HostKeyType = "ecdsa"): string {
  return labFile(lab, "hosts", machine, `ssh_host_${type}_key`);
}

/** Pins the keys that each machine has now, by its address. */
export function writeKnownHosts(lab: Lab): void {
  const lines = lab.machines.flatMap(({ name, address }) =>
    hostKeyTypes
      .filter((type) => existsSync(hostKey(lab.name, name, type)))
      .map((type) => `${address} ${publicHostKey(lab.name, name, type)}\n`),
  );
  writeFileSync(knownHosts(lab.name), lines.join(""));
}

/** Type and body of a machine's public key, without its comment. */
export function publicHostKey(lab: string, machine: string, type?: HostKeyType): string {
  return readFileSync(`${hostKey(lab, machine, type)}.pub`, "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
}

async function makeKey(file: string, comment: string, type: HostKeyType = "ed25519"): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await command("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", comment, "-f", file]);
}
