import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** What a file was when the entry was made; size and time are cheap to compare, the hash is not. */
export interface Seal {
  size: number;
  mtimeMs: number;
  sha256: string;
}

/** What an entry of the cache holds, and how it came to be there. */
export interface Manifest {
  version: string;
  source: string;
  files: Record<string, Seal>;
}

type Glance = Pick<Seal, "size" | "mtimeMs">;

const manifestName = "manifest.json";

export async function sealFolder(folder: string, origin: Omit<Manifest, "files">): Promise<Manifest> {
  const files: Record<string, Seal> = {};
  for (const [name, glance] of Object.entries(await glanceAt(folder))) {
    files[name] = { ...glance, sha256: await sha256Of(join(folder, name)) };
  }
  const manifest = { ...origin, files };
  await writeManifest(folder, manifest);
  return manifest;
}

export async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const { version, source, files } = JSON.parse(await readFile(join(folder, manifestName), "utf8"));
    return version && source && files ? { version, source, files } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with an entry, a line each. Only files whose size or time changed are hashed, all of
 * them with `thorough`; where just the times changed, as after a copy, they are written down anew.
 */
export async function faults(
  folder: string,
  manifest: Manifest,
  { thorough = false, repairTimes = true } = {},
): Promise<string[]> {
  const present = await glanceAt(folder);
  const found: string[] = [];
  let touched = false;
  for (const name of suspects(manifest, present, thorough)) {
    const seal = manifest.files[name];
    const glance = present[name];
    if (!glance || !seal) found.push(glance ? `${name} does not belong there` : `${name} is missing`);
    else if ((await sha256Of(join(folder, name))) !== seal.sha256) found.push(`${name} has changed`);
    else if (glance.mtimeMs !== seal.mtimeMs) {
      manifest.files[name] = { ...seal, ...glance };
      touched = true;
    }
  }
  if (touched && repairTimes && found.length === 0) await writeManifest(folder, manifest);
  return found;
}

/** The files that need a closer look than their size and time. */
export function suspects(manifest: Manifest, present: Record<string, Glance>, thorough: boolean): string[] {
  const names = new Set([...Object.keys(manifest.files), ...Object.keys(present)]);
  return [...names].filter((name) => {
    const seal = manifest.files[name];
    const glance = present[name];
    return thorough || !seal || glance?.size !== seal.size || glance.mtimeMs !== seal.mtimeMs;
  });
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, manifestName);
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}

async function glanceAt(folder: string): Promise<Record<string, Glance>> {
  const glances: Record<string, Glance> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    const info = await lstat(join(folder, name));
    if (info.isFile() && !name.startsWith(manifestName)) {
      glances[name] = { size: info.size, mtimeMs: Math.floor(info.mtimeMs) };
    }
  }
  return glances;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
