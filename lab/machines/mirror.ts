import { createHash } from "node:crypto";
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { docker } from "../engine/docker";
import { cacheFolder } from "../folders";
import { locked } from "../tools/lock";
import { provide } from "../tools/tools";
import { identity, placed } from "./containers";
import { buildImages, imagesDigest } from "./images";
import type { Lab, LabMachine } from "./model";

const architecture = arch() === "arm64" ? "arm64" : "amd64";
const images = `k3s-airgap-images-${architecture}.tar.gz`;
const sums = `sha256sum-${architecture}.txt`;
const binary = architecture === "amd64" ? "k3s" : `k3s-${architecture}`;

/** The folder that every mirror serves: one folder a version, named as the official releases name theirs. */
export function mirrorFolder(...path: string[]): string {
  return cacheFolder("mirror", ...path);
}

/** Puts a version of k3s into the mirror: binary, image archive, list of checksums. */
export async function mirrorVersion(tool: "k3s-1.33" | "k3s-1.32", machineImage: string): Promise<string> {
  const { executable, version } = await provide(tool);
  const folder = mirrorFolder(version);
  mkdirSync(folder, { recursive: true });
  await locked(join(folder, ".lock"), `the mirror of ${version}`, async () => {
    const stamp = join(folder, ".made-from");
    const source = recipe(executable, machineImage);
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === source) return;
    await buildImages(join(folder, images), machineImage);
    atomically(join(folder, binary), (fresh) => copyFileSync(executable, fresh, constants.COPYFILE_FICLONE));
    const lines = [binary, images].map((file) => `${sha256(join(folder, file))}  ${file}\n`);
    atomically(join(folder, sums), (fresh) => writeFileSync(fresh, lines.join("")));
    atomically(stamp, (fresh) => writeFileSync(fresh, source));
  });
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

/** Changes with everything that the folder is made of. */
function recipe(executable: string, machineImage: string): string {
  const { size, mtimeMs } = statSync(executable);
  return JSON.stringify([executable, size, mtimeMs, imagesDigest(machineImage)]);
}

/** A running mirror serves the old file or the new one, never half of one. */
function atomically(file: string, write: (fresh: string) => void): void {
  const fresh = `${file}.${process.pid}`;
  write(fresh);
  renameSync(fresh, file);
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
