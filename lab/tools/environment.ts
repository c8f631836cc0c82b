import { delimiter, join } from "node:path";
import { inRepository } from "../folders";
import { installPlugins, installPluginsInHome } from "../plugins/install";
import { findOnPath, isExecutable } from "./host";
import { pluginSource } from "./plugins";
import { dynamicHost } from "./pulumi";
import { provide } from "./tools";

/** What has to be set for pulumi to work in this project, and why where that is not plain. */
export interface PulumiSettings {
  /** What belongs in front of PATH. */
  folders: string[];
  variables: Record<string, string>;
  remarks: string[];
}

/** Pulumi's default, 4 a core, would let a small computer handle a large cluster bit by bit. */
const parallel = "64";

/**
 * The environment in which code runs pulumi. With a `home` of the caller's own, Pulumi keeps its plugins
 * there; else stand-ins for them come from PATH, which Pulumi remarks on at every run.
 */
export async function pulumiEnvironment(home?: string): Promise<NodeJS.ProcessEnv> {
  const { folders, variables } = await pulumiSettings(home);
  return { ...process.env, ...variables, PATH: inFront(folders, process.env.PATH ?? "") };
}

export async function pulumiSettings(home?: string): Promise<PulumiSettings> {
  const pulumi = await provide("pulumi");
  const folders = [pulumi.folder];
  const remarks = [
    `pulumi ${pulumi.version}: ${pulumi.source}`,
    "PULUMI_PARALLEL: resources here wait for machines and compute nothing, so many may run at once.",
  ];
  const variables: Record<string, string> = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_PARALLEL: process.env.PULUMI_PARALLEL || parallel,
    ...(home && { PULUMI_HOME: home }),
  };
  if (!(await isExecutable(join(pulumi.folder, dynamicHost))) && !(await findOnPath(dynamicHost))) {
    folders.push(inRepository("node_modules", "@pulumi", "pulumi"));
  }
  const plugins = await pluginSource(home);
  if (plugins.kind === "local") {
    if (home) await installPluginsInHome(home);
    else folders.push(await pluginsForPath());
    variables.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
    remarks.push(`Pulumi's own plugins cannot be downloaded (${plugins.reason}): using lab/plugins instead.`);
  }
  return { folders, variables, remarks };
}

async function pluginsForPath(): Promise<string> {
  const folder = inRepository("dist", "plugins");
  await installPlugins(folder);
  return folder;
}

/** Puts folders in front of a PATH, each of them once. */
export function inFront(folders: string[], path: string): string {
  const rest = path.split(delimiter).filter((folder) => folder && !folders.includes(folder));
  return [...folders, ...rest].join(delimiter);
}
