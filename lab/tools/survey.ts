import { cacheFolder } from "../folders";
import { reasonUnreachable } from "./download";
import { faults, readManifest } from "./manifest";
import type { Tool } from "./tool";
import { entries } from "./tools";

/** How a tool stands on this machine, found out without changing anything. */
export interface Standing {
  version?: string;
  from: string;
  /** What is wrong or still to be done. */
  remark?: string;
  /** Neither there nor to be had. */
  missing?: boolean;
}

export async function survey(tool: Tool): Promise<Standing> {
  const found = await tool.onPath();
  if (found) return { version: found.version, from: found.executable };
  const damage: string[] = [];
  for (const folder of Object.values(entries(tool))) {
    const manifest = await readManifest(folder);
    if (!manifest) continue;
    const wrong = await faults(folder, manifest, { thorough: true, repairTimes: false });
    if (wrong.length === 0) return { version: manifest.version, from: manifest.source };
    damage.push(`damaged in ${cacheFolder("tools")}: ${wrong.join(", ")}`);
  }
  const outlook = await outlookFor(tool);
  return { ...outlook, remark: [...damage, outlook.remark].filter(Boolean).join("; ") };
}

async function outlookFor({ download, build, main }: Tool): Promise<Standing> {
  const noDownload = download ? await reasonUnreachable(download.release.checksums) : "";
  if (noDownload === undefined) return { from: "-", remark: `downloaded when needed (${download?.usually})` };
  const noBuild = await build.obstacle();
  if (!noBuild) return { from: "-", remark: `made when needed (${build.usually})` };
  const reasons = [noDownload, noBuild].filter(Boolean).join("; ");
  return { from: "-", missing: true, remark: `${reasons}: ${build.remedy}, or put ${main} on PATH` };
}
