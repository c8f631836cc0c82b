import { stringify } from "yaml";
import type { Datastore } from "../manifest/datastore";

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
  const { labels = {} } = node;
  const common = {
    "node-name": node.name,
    ...(node.nodeIp ? { "node-ip": node.nodeIp } : {}),
    ...(Object.keys(labels).length > 0 ? { "node-label": labelList(labels) } : {}),
    ...(node.join && node.datastore?.kind !== "external" ? { server: node.join } : {}),
    "token-file": paths.token,
  };
  const settings = node.role === "server" ? { ...common, ...serverSettings(node) } : common;
  // k3s reads YAML 1.1, to which a bare "no" or 1_000 is no text.
  return stringify({ ...node.extra, ...settings }, { version: "1.1" });
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
