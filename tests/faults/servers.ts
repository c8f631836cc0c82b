import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { type K3sName, k3s } from "../../lab/tools/catalog";
import { labUp, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack, up } from "../e2e/stack";
import { type Written, write } from "./field";
import { tracesOn } from "./traces";

export const servers = ["s1", "s2", "s3"] as const;

/** A cluster of three servers without pods, so that no image is needed. */
export interface Three {
  lab: Lab;
  stack: Stack;
  manifest: Written & { servers: Written[] };
}

export async function threeUp(
  suite: string,
  spare: number,
  ...versions: [K3sName, ...K3sName[]]
): Promise<Three> {
  const lab = await labUp(suite, { servers: 3, spare, k3s: versions });
  const { version } = k3s[versions[0]];
  const manifest = { ...parse(manifestFor(lab, version)), artifacts: { mirror: lab.mirror } };
  const stack = await newClusterStack(stringify(manifest));
  await stack.pulumi(up);
  return { lab, stack, manifest };
}

/** Brings it to its manifest with other fields. */
export async function make(three: Three, changed: Written): Promise<string> {
  const { code, said } = await tried(three, changed);
  if (code !== 0) throw new Error(said);
  return said;
}

/** Whatever comes of it. */
export async function tried(
  three: Three,
  changed: Written,
  args: readonly string[] = up,
): Promise<{ code: number; said: string }> {
  write(three, changed);
  const { code, stdout, stderr } = await three.stack.tryPulumi(args);
  return { code, said: stdout + stderr };
}

/** A preview and an up refuse it in these words, and no machine is another than before. */
export async function refuses(three: Three, changed: Written, words: RegExp): Promise<void> {
  const before = await tracesOn(three.lab);
  for (const args of [["preview"], up]) {
    const { code, said } = await tried(three, changed, args);
    expect([code === 0, said]).toEqual([false, expect.stringMatching(words)]);
  }
  expect(await tracesOn(three.lab)).toEqual(before);
}

export async function expectSettled({ stack }: Three): Promise<void> {
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
}

export interface Started {
  /** By its machine's clock. */
  since: string;
  /** How often the unit has ended by itself. */
  ended: string;
}

/** When k3s was started last. */
export async function starts({ lab }: Three, names: readonly string[]): Promise<Record<string, Started>> {
  const shown = (name: string, what: string) => onMachine(lab, name, `systemctl show -p ${what} --value k3s`);
  const all = names.map(async (name) => {
    const since = await shown(name, "ActiveEnterTimestampMonotonic");
    return [name, { since, ended: await shown(name, "NRestarts") }] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

/** The nodes as `kubectl get nodes` has them: name, status and version. */
export async function nodes({ lab }: Three, via: string): Promise<string[]> {
  const rows = await onMachine(lab, via, `${kubectl} get nodes --no-headers`);
  return rows.split("\n").map((row) => {
    const [name, status, , , version] = row.split(/ +/);
    return `${name} ${status} ${version}`;
  });
}
