import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { say } from "../console";
import { stateFolder } from "../folders";
import { down, type LabOptions, up } from "../machines/lab";
import { manifestFor } from "../machines/manifest";
import type { Lab, LabMachine } from "../machines/model";
import { labFile } from "../machines/store";
import { makeProject } from "../project";
import { openStack, type Stack, writeKubeconfig } from "../stack";
import { k3s } from "../tools/catalog";

export const [older, newer] = [k3s["k3s-1.32"].version, k3s["k3s-1.33"].version];

const name = "upgrade";

/** As a manifest has it. */
export interface Described {
  agents: Pick<LabMachine, "name">[];
  [field: string]: unknown;
}

export interface Cluster {
  lab: Lab;
  stack: Stack;
  manifest: Described;
}

/** A cluster on new machines, in the place of the one before: data of a newer version cannot go back. */
export async function newCluster(
  size: Pick<LabOptions, "servers" | "agents" | "spare" | "k3s">,
  version: string,
  more: (lab: Lab) => object,
): Promise<Cluster> {
  await takeDown();
  const lab = await up({ name, bastion: false, ...size });
  const manifest = { ...parse(manifestFor(lab, version)), ...more(lab) } as Described;
  const stack = await openStack(stateFolder(name), "t", (project) =>
    makeProject(project, "t", stringify(manifest)),
  );
  say(`==> pulumi up of ${size.servers} servers and ${size.agents} agents`);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  return { lab, stack, manifest };
}

/** Gives the stack the manifest with other fields. */
export function write({ stack, manifest }: Cluster, changed: object): void {
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify({ ...manifest, ...changed }));
}

export function kubeconfigOf({ stack }: Cluster): Promise<string> {
  return writeKubeconfig(stack, labFile(name, "kubeconfig"));
}

/** Takes everything down, the stack with its machines. */
export async function takeDown(): Promise<void> {
  await down(name);
  rmSync(stateFolder(name), { recursive: true, force: true });
}
