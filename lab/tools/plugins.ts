import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { packageVersion } from "../plugins/version";
import { reasonUnreachable } from "./download";
import { isExecutable } from "./host";

/** The providers that programs of this project use beside its own. */
const names = ["random", "command"] as const;

export interface Plugin {
  name: string;
  version: string;
}

export type PluginSource =
  /** Pulumi has them in its home already. */
  | { kind: "installed" }
  /** Pulumi will download them when they are first used. */
  | { kind: "official" }
  /** They cannot be downloaded: the ones in lab/plugins stand in for them. */
  | { kind: "local"; reason: string };

export function plugins(): Plugin[] {
  return names.map((name) => ({ name, version: packageVersion(`@pulumi/${name}`) }));
}

/** Where Pulumi will have its plugins from; `home` is the folder that it keeps them in. */
export async function pluginSource(home?: string): Promise<PluginSource> {
  const wanted = plugins();
  const files = wanted.map((plugin) => installedFile(home ?? pulumiHome(), plugin));
  const present = await Promise.all(files.map(isDownloaded));
  if (present.every(Boolean)) return { kind: "installed" };
  const reason = await reasonNotOfficial(wanted);
  return reason ? { kind: "local", reason } : { kind: "official" };
}

/** Pulumi asks GitHub first and get.pulumi.com when that fails: either will do, for all of them. */
async function reasonNotOfficial(wanted: Plugin[]): Promise<string | undefined> {
  const reasons: string[] = [];
  for (const place of [githubFile, pulumiFile]) {
    const answers = await Promise.all(wanted.map((plugin) => reasonUnreachable(place(plugin))));
    const reason = answers.find((answer) => answer !== undefined);
    if (!reason) return undefined;
    reasons.push(reason);
  }
  return reasons.join("; ");
}

export function installedFile(home: string, { name, version }: Plugin): string {
  return join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}

export function githubFile(plugin: Plugin): string {
  return `https://github.com/pulumi/pulumi-${plugin.name}/releases/download/v${plugin.version}/${archive(plugin)}`;
}

export function pulumiFile(plugin: Plugin): string {
  return `https://get.pulumi.com/releases/plugins/${archive(plugin)}`;
}

function archive({ name, version }: Plugin): string {
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  return `pulumi-resource-${name}-v${version}-${process.platform}-${arch}.tar.gz`;
}

/** A stand-in from an earlier run is a script of a few bytes, which may point to a clone that is gone. */
async function isDownloaded(file: string): Promise<boolean> {
  return (await isExecutable(file)) && (await stat(file)).size > 100_000;
}

function pulumiHome(): string {
  return process.env.PULUMI_HOME || join(homedir(), ".pulumi");
}
