import { chmodSync, copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { docker, labLabel } from "../engine/docker";
import { kernelGrants } from "../engine/kernel";
import { stateFolder } from "../folders";
import { withTemporaryFolder } from "../temporary";
import { hostKey, hostKeyTypes, userKey } from "./keys";
import { bastionOf, containerName, gateway, type Lab, type LabMachine } from "./model";

const sysResource = 24;

/** Makes a machine's container, gives it its keys, and starts it. */
export async function startMachine(lab: Lab, machine: LabMachine, image: string): Promise<void> {
  const name = containerName(lab.name, machine.name);
  await docker([
    "create",
    ...identity(lab, machine),
    ...placed(lab, machine),
    ...privileges(),
    ...storage(),
    image,
  ]);
  await giveKeys(lab, machine);
  await docker(["start", name]);
}

export function identity(lab: Lab, machine: LabMachine): string[] {
  return [
    ...["--name", containerName(lab.name, machine.name), "--hostname", machine.name],
    ...["--label", `${labLabel}=${lab.name}`, "--label", `${labLabel}.role=${machine.role}`],
  ];
}

export function placed(lab: Lab, machine: LabMachine): string[] {
  const network = [
    "--network",
    containerName(lab.name),
    "--ip",
    machine.address,
    "--network-alias",
    machine.name,
  ];
  return isClosed(lab, machine) ? [...network, "-e", `LAB_CLOSED_TO=${gateway(lab)}`] : network;
}

/** Where there is a bastion, the machines behind it take nothing from the workstation. */
function isClosed(lab: Lab, { role }: LabMachine): boolean {
  return role !== "bastion" && role !== "mirror" && bastionOf(lab) !== undefined;
}

async function giveKeys(lab: Lab, machine: LabMachine): Promise<void> {
  const container = containerName(lab.name, machine.name);
  await withTemporaryFolder(stateFolder("labs", lab.name, "seed-"), async (folder) => {
    await docker(["cp", `${seed(folder, lab, machine)}/.`, `${container}:/etc/ssh`]);
  });
}

/** What systemd and the kubelet need. --privileged would ask for a capability that not every host has. */
function privileges(): string[] {
  const withheld = kernelGrants(sysResource) ? [] : ["--cap-drop", "SYS_RESOURCE"];
  return [
    ...["--cap-add", "ALL", ...withheld, "--device", "/dev/kmsg", "--cgroupns=private"],
    ...["seccomp", "apparmor", "systempaths"].flatMap((option) => ["--security-opt", `${option}=unconfined`]),
    ...["--stop-signal", "SIGRTMIN+3"],
  ];
}

/** containerd cannot put its overlays on the container's own. */
function storage(): string[] {
  return ["--tmpfs", "/run", "--tmpfs", "/tmp:exec", "-v", "/var/lib/rancher", "-v", "/var/lib/kubelet"];
}

function seed(folder: string, lab: Lab, machine: LabMachine): string {
  chmodSync(folder, 0o755);
  const place = (source: string, name: string, mode: number) => {
    copyFileSync(source, join(folder, name));
    chmodSync(join(folder, name), mode);
  };
  for (const type of hostKeyTypes) {
    const key = hostKey(lab.name, machine.name, type);
    place(key, basename(key), 0o600);
    place(`${key}.pub`, `${basename(key)}.pub`, 0o644);
  }
  place(`${userKey(lab.name)}.pub`, "lab_authorized_keys", 0o644);
  return folder;
}
