import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { phase } from "../console";
import { cacheFolder, inRepository } from "../folders";
import { Problem } from "../problem";
import { requireSpace } from "../space";
import { cached, make } from "./cache";
import type { ToolName } from "./catalog";
import { download, publishedSha256, Unreachable } from "./download";
import { k3sTool } from "./k3s/k3s";
import { locked } from "./lock";
import type { Manifest } from "./manifest";
import { pulumiTool } from "./pulumi";
import { shellcheckTool } from "./shellcheck";
import type { Download, Tool } from "./tool";

export type { ToolName } from "./catalog";

export interface ProvidedTool {
  name: ToolName;
  version: string;
  /** Absolute path of the main executable. */
  executable: string;
  /** The folder that belongs on PATH. */
  folder: string;
  source: string;
}

export const tools: Record<ToolName, Tool> = {
  pulumi: pulumiTool,
  "k3s-1.33": k3sTool("k3s-1.33"),
  "k3s-1.32": k3sTool("k3s-1.32"),
  shellcheck: shellcheckTool,
};

const provided = new Map<ToolName, Promise<ProvidedTool>>();

/** Finds a tool, or downloads it, or makes it: what takes long is announced and kept for the next time. */
export function provide(name: ToolName): Promise<ProvidedTool> {
  const known = provided.get(name);
  if (known) return known;
  const promise = provideTool(tools[name]);
  provided.set(name, promise);
  promise.catch(() => provided.delete(name));
  return promise;
}

export async function provideTool(tool: Tool): Promise<ProvidedTool> {
  const found = await tool.onPath();
  if (found) return { ...found, name: tool.name, folder: dirname(found.executable), source: "PATH" };
  const had = await inCache(tool);
  if (had) return had;
  const lock = cacheFolder("tools", tool.name, `${tool.version}.lock`);
  return await locked(lock, tool.name, async () => (await inCache(tool)) ?? (await obtain(tool)));
}

/** Where a tool may lie in the cache: as downloaded, or as built by the recipe of this clone. */
export function entries(tool: Tool): { downloaded: string; built: string } {
  const digest = createHash("sha256");
  for (const file of tool.build.recipe) digest.update(readFileSync(inRepository(file)));
  const folder = (...suffix: string[]) =>
    cacheFolder("tools", tool.name, [tool.version, ...suffix].join("-"));
  return { downloaded: folder(), built: folder("built", digest.digest("hex").slice(0, 8)) };
}

async function inCache(tool: Tool): Promise<ProvidedTool | undefined> {
  const { downloaded, built } = entries(tool);
  for (const folder of [downloaded, built]) {
    const manifest = await cached(folder);
    if (manifest) return toProvided(tool, folder, manifest);
  }
  return undefined;
}

async function obtain(tool: Tool): Promise<ProvidedTool> {
  const { downloaded, built } = entries(tool);
  let noDownload: string | undefined;
  if (tool.download) {
    try {
      return toProvided(tool, downloaded, await makeByDownload(tool, tool.download, downloaded));
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      noDownload = error.message;
    }
  }
  return toProvided(tool, built, await makeByBuild(tool, built, noDownload));
}

async function makeByDownload(tool: Tool, { release, usually, unpack }: Download, folder: string) {
  const sha256 = await publishedSha256(release);
  return await phase(`downloading ${tool.name} ${tool.version}`, usually, (progress) =>
    make(folder, async (temporary) => {
      const file = join(temporary, ".download");
      await download(release, sha256, file, (text) => progress.progress(text));
      await unpack(file, temporary);
      await rm(file, { force: true });
      return { version: tool.version, source: `download ${release.file}` };
    }),
  );
}

async function makeByBuild(tool: Tool, folder: string, noDownload?: string): Promise<Manifest> {
  const { usually, obstacle, remedy, run } = tool.build;
  const noBuild = await obstacle();
  if (noBuild) {
    const reasons = [noDownload, noBuild].filter(Boolean).join("; and ");
    const elsewhere = noDownload ? "Give this machine access to the download, or " : "";
    throw new Problem(
      `There is no ${tool.name} here, and it can be neither downloaded nor made: ${reasons}.`,
      `${elsewhere}${remedy}; or put ${tool.main} on PATH.`,
    );
  }
  requireSpace(folder);
  const why = noDownload ? `, since ${noDownload}` : "";
  return await phase(`making ${tool.name} ${tool.version}${why}`, usually, (progress) =>
    make(folder, (temporary) => run(temporary, progress)),
  );
}

function toProvided(tool: Tool, folder: string, { version, source }: Manifest): ProvidedTool {
  return { name: tool.name, version, executable: join(folder, tool.main), folder, source };
}
