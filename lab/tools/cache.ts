import { rmSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { say } from "../console";
import { undoneAtExit } from "./interruption";
import { faults, type Manifest, readManifest, sealFolder } from "./manifest";

/** An entry of the cache that is whole, or nothing: an entry with faults is named and counts as absent. */
export async function cached(folder: string): Promise<Manifest | undefined> {
  const manifest = await readManifest(folder);
  if (!manifest) return undefined;
  const found = await faults(folder, manifest);
  if (found.length === 0) return manifest;
  say(`==> ${folder} is damaged (${found.join(", ")}): making it again`);
  return undefined;
}

/**
 * Makes an entry of the cache: the work fills a folder beside it, which takes the entry's place only
 * when it is complete. The caller holds the entry's lock, so a folder left from before is nobody's.
 */
export async function make(
  folder: string,
  work: (temporary: string) => Promise<Omit<Manifest, "files">>,
): Promise<Manifest> {
  const temporary = `${folder}.making`;
  const discard = () => rmSync(temporary, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  discard();
  await mkdir(temporary);
  try {
    return await undoneAtExit(discard, async () => {
      const manifest = await sealFolder(temporary, await work(temporary));
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
      return manifest;
    });
  } finally {
    discard();
  }
}
