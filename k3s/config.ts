import { stringify } from "yaml";
import type { Datastore } from "../manifest/datastore";
import { argumentName, withArguments } from "./arguments";
import { healthArguments, type OpenHealth } from "./health";

export type Role = "server" | "agent";

/** What decides a node's configuration file; tokens have files of their own. */
export interface NodeConfig {
  role: Role;
  name: string;
  labels?: Record<string, string>;
  nodeIp?: string;
  /** Where to join; without it a server begins a cluster. */
  join?: string;
  tlsSans?: string[];
  disable?: string[];
  /** Where servers keep the cluster's state; default: in etcd, on themselves. */
  datastore?: Datastore;
  /** How strangers may ask a server for its health; by default they may not. */
  healthCheck?: OpenHealth;
  /** Any other key of k3s, as the user wrote it. */
  extra?: Record<string, unknown>;
}

export const paths = {
  binary: "/usr/local/bin/k3s",
  config: "/etc/rancher/k3s/config.yaml",
  token: "/etc/rancher/k3s/token",
  agentToken: "/etc/rancher/k3s/agent-token",
  data: "/var/lib/rancher/k3s",
} as const;

/** The text of /etc/rancher/k3s/config.yaml. */
export function configFile(node: NodeConfig): string {
  const { [taintKey]: _, ...extra } = withHealth(node);
  const common = {
    "node-name": node.name,
    ...(node.nodeIp ? { "node-ip": node.nodeIp } : {}),
    ...(node.join && node.datastore?.kind !== "external" ? { server: node.join } : {}),
    "token-file": paths.token,
  };
  const settings = node.role === "server" ? { ...common, ...serverSettings(node) } : common;
  // k3s reads YAML 1.1, to which a bare "no" or 1_000 is no text.
  return stringify({ ...extra, ...settings }, { version: "1.1" });
}

/** What k3s only reads when a node registers: the text of a file of config.yaml.d. */
export function registrationFile({ labels = {}, extra = {} }: NodeConfig): string {
  const taints = extra[taintKey];
  const settings = {
    ...(Object.keys(labels).length > 0 ? { "node-label": labelList(labels) } : {}),
    ...(taints ? { [taintKey]: taints } : {}),
  };
  return stringify(settings, { version: "1.1" });
}

/** The taints that a node is declared to have, as the API has them: without an empty value. */
export function taintsOf({ extra = {} }: NodeConfig): string[] {
  return [extra[taintKey] ?? []].flat().map((taint) => String(taint).replace("=:", ":"));
}

const taintKey = "node-taint";

/** The user's keys, with the API server's arguments for its health. */
function withHealth({ healthCheck, extra = {}, datastore }: NodeConfig): Record<string, unknown> {
  if (!healthCheck) return extra;
  const inEtcd = (datastore?.kind ?? "etcd") === "etcd";
  return withArguments(extra, "kube-apiserver-arg", (given) => healthArguments(healthCheck, given, inEtcd));
}

/** Whether it is our file that says who may log in: one that the user names may be at the same place. */
export function readsAuthentication({ healthCheck, extra = {} }: NodeConfig): boolean {
  const given = ["kube-apiserver-arg", "kube-apiserver-arg+"].flatMap((key) => extra[key] ?? []).map(String);
  return healthCheck === "anonymous-health" && !given.map(argumentName).includes("authentication-config");
}

function serverSettings({ join, tlsSans = [], disable = [], datastore = { kind: "etcd" } }: NodeConfig) {
  return {
    ...datastoreSettings(datastore, join === undefined),
    "agent-token-file": paths.agentToken,
    ...(tlsSans.length > 0 ? { "tls-san": [...tlsSans] } : {}),
    ...(disable.length > 0 ? { disable: [...disable] } : {}),
  };
}

/** With a database of the user's servers find each other in it, and none joins another. */
function datastoreSettings(datastore: Datastore, begins: boolean): Record<string, string | boolean> {
  if (datastore.kind === "etcd") return begins ? { "cluster-init": true } : {};
  if (datastore.kind === "sqlite") return {};
  const { endpoint, caFile, certFile, keyFile } = datastore;
  return {
    "datastore-endpoint": endpoint,
    ...(caFile ? { "datastore-cafile": caFile } : {}),
    ...(certFile ? { "datastore-certfile": certFile } : {}),
    ...(keyFile ? { "datastore-keyfile": keyFile } : {}),
  };
}

function labelList(labels: Record<string, string>): string[] {
  return Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => `${key}=${value}`);
}
