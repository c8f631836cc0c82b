import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { basename, join } from "node:path";
import { docker } from "../engine/docker";
import { cacheFolder } from "../folders";
import { provide } from "../tools/tools";
import { identity, placed } from "./containers";
import { buildImages } from "./images";
import type { Lab, LabMachine } from "./model";

const architecture = arch() === "arm64" ? "arm64" : "amd64";
const binary = architecture === "amd64" ? "k3s" : `k3s-${architecture}`;

/** The folder that every mirror serves: one folder a version, named as the official releases name theirs. */
export function mirrorFolder(...path: string[]): string {
  return cacheFolder("mirror", ...path);
}

/** Puts a version of k3s into the mirror: binary, image archive, list of checksums. */
export async function mirrorVersion(tool: "k3s-1.33" | "k3s-1.32", machineImage: string): Promise<string> {
  const { executable, version } = await provide(tool);
  const images = `k3s-airgap-images-${architecture}.tar.gz`;
  const folder = mirrorFolder(version);
  const sums = join(folder, `sha256sum-${architecture}.txt`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, images))) await buildImages(join(folder, images), machineImage);
  if (existsSync(sums) && sameFile(executable, join(folder, binary))) return version;
  rmSync(sums, { force: true });
  place(executable, join(folder, binary));
  const files = [join(folder, binary), join(folder, images)];
  writeAtomically(sums, files.map((file) => `${sha256(file)}  ${basename(file)}\n`).join(""));
  return version;
}

/** Starts the lab's own web server on its network and gives the address that releases are found under. */
export async function startMirror(lab: Lab, machine: LabMachine, image: string): Promise<string> {
  mkdirSync(mirrorFolder(), { recursive: true });
  const serve = ["--entrypoint", "/bin/busybox", image, "httpd", "-f", "-p", "80", "-h", "/srv"];
  await docker([
    "run",
    "-d",
    ...identity(lab, machine),
    ...placed(lab, machine),
    "-v",
    `${mirrorFolder()}:/srv:ro`,
    ...serve,
  ]);
  return `http://${machine.address}`;
}

function place(source: string, target: string): void {
  const fresh = `${target}.${process.pid}`;
  linkSync(source, fresh);
  renameSync(fresh, target);
}

function sameFile(left: string, right: string): boolean {
  return existsSync(right) && sha256(left) === sha256(right);
}

function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
