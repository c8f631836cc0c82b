import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { utils } from "ssh2";
import type { Lab, LabMachine } from "./model";
import { labFile } from "./store";

/** The key that opens every machine of the lab, for each of its users. */
export function userKey(lab: string): string {
  return labFile(lab, "id_ed25519");
}

export function knownHosts(lab: string): string {
  return labFile(lab, "known_hosts");
}

export function makeUserKey(lab: string): void {
  makeKey(userKey(lab), `lab ${lab}`);
}

/** A machine's own key, made before it starts, so that nobody has to trust a first contact. */
export function makeHostKey(lab: string, machine: string): void {
  makeKey(hostKey(lab, machine), machine);
}

export function hostKey(lab: string, machine: string): string {
  return labFile(lab, "hosts", machine, "ssh_host_ed25519_key");
}

/** Pins the key that each machine has now, by its address. */
export function writeKnownHosts(lab: Lab): void {
  const lines = lab.machines.filter(hasHostKey(lab)).flatMap((machine) => {
    const key = publicHostKey(lab.name, machine.name);
    const addresses =
      machine.role === "bastion" && lab.bastion ? [machine.address, lab.bastion] : [machine.address];
    return addresses.map((address) => `${address} ${key}\n`);
  });
  writeFileSync(knownHosts(lab.name), lines.join(""));
}

/** Type and body of a machine's public key, without its comment. */
export function publicHostKey(lab: string, machine: string): string {
  return readFileSync(`${hostKey(lab, machine)}.pub`, "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
}

function hasHostKey(lab: Lab): (machine: LabMachine) => boolean {
  return ({ name }) => existsSync(hostKey(lab.name, name));
}

function makeKey(file: string, comment: string): void {
  const pair = utils.generateKeyPairSync("ed25519", { comment });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${pair.private.trimEnd()}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  writeFileSync(`${file}.pub`, `${pair.public.trim()}\n`);
}
