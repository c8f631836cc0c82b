import { createHash } from "node:crypto";
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../command";
import { inRepository } from "../../folders";

/** The names that the k3s binary answers to when it is called by them. */
export const links = [
  "containerd",
  "crictl",
  "ctr",
  "k3s-agent",
  "k3s-certificate",
  "k3s-completion",
  "k3s-etcd-snapshot",
  "k3s-secrets-encrypt",
  "k3s-server",
  "k3s-token",
  "kubectl",
];

export const debianPackages = ["runc", "containernetworking-plugins"];

const cniPlugins = ["bandwidth", "bridge", "firewall", "host-local", "loopback", "portmap"];

export interface PayloadSources {
  server: string;
  shim: string;
  checkConfig: string;
  /** Where the Debian packages are unpacked. */
  debian: string;
}

/** Lays out what k3s unpacks on a machine at its first start. */
export async function layOutPayload(folder: string, sources: PayloadSources): Promise<void> {
  const bin = join(folder, "bin");
  const script = (name: string) => inRepository("lab", "tools", "k3s", name);
  await mkdir(bin, { recursive: true });
  await mkdir(join(folder, "etc"));
  const executables: Record<string, string> = {
    k3s: sources.server,
    "containerd-shim-runc-v2": sources.shim,
    "check-config": sources.checkConfig,
    runc: script("runc.sh"),
    "runc.real": join(sources.debian, "usr", "sbin", "runc"),
    flannel: script("flannel.sh"),
  };
  for (const name of cniPlugins) executables[name] = join(sources.debian, "usr", "lib", "cni", name);
  for (const [name, from] of Object.entries(executables)) {
    await copyFile(from, join(bin, name));
    await chmod(join(bin, name), 0o755);
  }
  for (const name of links) await symlink("k3s", join(bin, name));
  await writeLists(bin);
}

/** The lists that k3s compares with what it unpacked; it refuses to start when they do not agree. */
export async function writeLists(bin: string): Promise<void> {
  const sums: string[] = [];
  const targets: string[] = [];
  for (const name of (await readdir(bin)).filter((name) => !name.startsWith(".")).sort()) {
    const path = join(bin, name);
    if ((await lstat(path)).isSymbolicLink()) targets.push(`${name} ${await readlink(path)}\n`);
    else sums.push(`${sha256(await readFile(path))}  ${name}\n`);
  }
  await writeFile(join(bin, ".sha256sums"), sums.join(""));
  await writeFile(join(bin, ".links"), targets.join(""));
}

/**
 * Packs the payload, named by its own hash as k3s wants it. The same content gives the same bytes. The
 * window stays zstd's usual one, since k3s unpacks with little memory.
 */
export async function packPayload(folder: string, zstd: string, to: string): Promise<void> {
  const tar = `${folder}.tar`;
  await command("tar", [
    ...["--create", "--file", tar, "--directory", folder, "--sort=name", "--format=gnu"],
    ...["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "./bin", "./etc"],
  ]);
  await command(zstd, ["-q", "-f", "-T0", "-12", "--rm", tar, "-o", `${tar}.zst`]);
  const name = sha256(await readFile(`${tar}.zst`));
  await copyFile(`${tar}.zst`, join(to, `${name}.tar.zst`));
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
