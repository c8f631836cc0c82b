import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";

export const { version } = k3s["k3s-1.33"];

export type Written = Record<string, unknown>;

/** Where a fault is tried: a cluster's stack, and machines that may join it. */
export interface Field {
  /** Nothing where the manifest alone is at fault. */
  lab?: Lab;
  stack: Stack;
  /** The manifest without fault. */
  manifest: Written;
}

export interface LabField extends Field {
  lab: Lab;
  /** Whether s1 was a cluster from the beginning. */
  running: boolean;
}

interface Begun {
  /** How many machines beside the server s1: x1, x2, … */
  spare?: number;
  /** Whether s1 is a cluster already. */
  running?: boolean;
  /** What the manifest has besides. */
  more?: Written;
}

/** A lab, and the stack of a cluster that has one server. */
export async function fieldUp(suite: string, begun: Begun = {}): Promise<LabField> {
  const { spare = 3, running = true, more } = begun;
  const lab = await labUp(suite, { servers: 1, spare, k3s: ["k3s-1.33"] });
  const manifest = { ...parse(manifestFor(lab, version)), ...more } as Written;
  const stack = await newClusterStack(stringify(manifest));
  if (running) await stack.pulumi(["up", "--yes"]);
  return { lab, stack, manifest, running };
}

export async function fieldDown(suite: string, field: Field | undefined): Promise<void> {
  field?.stack.remove();
  await labDown(suite);
}

/** Gives the stack the manifest with other fields. */
export function write({ stack, manifest }: Pick<Field, "stack" | "manifest">, changed: Written): void {
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify({ ...manifest, ...changed }));
}

/** A machine of the lab as an entry of the manifest. */
export function entry({ lab }: Pick<LabField, "lab">, name: string, more: Written = {}): Written {
  return { name, host: machine(lab, name).address, ...more };
}

export function entries(field: LabField, ...names: string[]): Written[] {
  return names.map((name) => entry(field, name));
}

/** Removes from the cluster what a trial has added. */
export async function restore(field: LabField): Promise<void> {
  write(field, {});
  await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
}
