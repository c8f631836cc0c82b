import { X509Certificate } from "node:crypto";
import { type NodeConfig, paths, taintsOf } from "../../k3s/config";
import { unitName } from "../../k3s/unit";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { type KeptTaint, taintText } from "./taints";

/** What can be seen of a node besides what it was given; each in words, which a preview shows when they differ. */
export interface Live {
  /** Of systemd. */
  unit: string;
  /** What of its files is not as it was written. */
  files: string;
  /** Its object in the API. */
  node: string;
}

/** Whether k3s has to start again to be what it was. */
export function lost({ node, files = "" }: Partial<Live>): boolean {
  return node === "missing" || files.split("; ").includes(`${paths.data} missing`);
}

/** A node that nobody has touched. */
export const untouched: Live = {
  unit: "active, enabled",
  files: "as written",
  node: "registered, schedulable",
};

/** The part of a node's object that is declared. */
export interface NodeObject {
  metadata: { labels?: Record<string, string>; resourceVersion?: string };
  spec: { taints?: KeptTaint[]; unschedulable?: boolean };
}

export interface Observed {
  /** Whom the machine belongs to, as the file says. */
  owner: string;
  /** Without the object where the API does not say. */
  live: Omit<Live, "node"> & Partial<Live>;
  /** Absent where the API does not say. */
  object?: NodeObject;
  /** Until when its certificates are valid; absent where it has none. */
  validTo?: Date;
}

/** Looks at a node where it runs. */
export async function observe(machine: Machine, { role, name }: NodeConfig): Promise<Observed> {
  const variables = { UNIT: unitName(role), NODE: name, ROLE: role };
  const lines = (await machine.run(script("read-node"), { variables, deadline: 20_000 })).split("\n");
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  const [node = ""] = all("node");
  const object = node.startsWith("{") ? (JSON.parse(node) as NodeObject) : undefined;
  const files = all("file").map(fileWords);
  const [certificate] = all("certificate");
  return {
    owner: all("owner")[0] ?? "",
    live: {
      unit: (all("unit")[0] ?? "").trim().replace(" ", ", "),
      files: files.join("; ") || untouched.files,
      ...(node === "missing" ? { node } : {}),
      ...(object ? { node: object.spec.unschedulable ? "registered, cordoned" : untouched.node } : {}),
    },
    object,
    ...(certificate ? { validTo: validTo(certificate) } : {}),
  };
}

function validTo(certificate: string): Date {
  return new Date(new X509Certificate(Buffer.from(certificate, "base64")).validTo);
}

function fileWords(line: string): string {
  const [path = "", what = ""] = line.split(" ");
  return /^\d+:/.test(what) ? `${path} has mode and owner ${what}` : `${path} ${what}`;
}

/** A node's configuration with what is declared of its object as the object has it. */
export function seenConfig(config: NodeConfig, { metadata, spec }: NodeObject): NodeConfig {
  const { labels: declared = {} } = config;
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => Object.hasOwn(declared, key));
  const wanted = taintsOf(config);
  const found = (spec.taints ?? []).map(taintText);
  const foreign = found.filter((text) => !wanted.includes(text) && !isKubernetes(text));
  const taints = [...wanted.filter((text) => found.includes(text)), ...foreign];
  return {
    ...config,
    ...(config.labels ? { labels: Object.fromEntries(labels) } : {}),
    ...(taints.join() === wanted.join() ? {} : { extra: tainted(taints, config) }),
  };
}

function tainted(taints: string[], { extra = {} }: NodeConfig): NodeConfig["extra"] {
  const { "node-taint": _, ...rest } = extra;
  return taints.length > 0 ? { ...rest, "node-taint": taints } : rest;
}

/** Those that Kubernetes and its cloud controllers set and take away by themselves. */
function isKubernetes(taint: string): boolean {
  return /^node(\.cloudprovider)?\.kubernetes\.io\//.test(taint);
}
