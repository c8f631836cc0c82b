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

/** A machine's own key, made before it starts, so that nobody has to trust a first contact. */
export function makeHostKey(lab: string, machine: string): Promise<void> {
  return makeKey(hostKey(lab, machine), machine);
}

export function hostKey(lab: string, machine: string): string {
  return labFile(lab, "hosts", machine, "ssh_host_ed25519_key");
}

/** Pins the key that each machine has now, by its address. */
export function writeKnownHosts(lab: Lab): void {
  const lines = lab.machines
    .filter(({ name }) => existsSync(hostKey(lab.name, name)))
    .map(({ name, address }) => `${address} ${publicHostKey(lab.name, name)}\n`);
  writeFileSync(knownHosts(lab.name), lines.join(""));
}

/** Type and body of a machine's public key, without its comment. */
export function publicHostKey(lab: string, machine: string): string {
  return readFileSync(`${hostKey(lab, machine)}.pub`, "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
}

async function makeKey(file: string, comment: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}
