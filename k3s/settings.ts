import type { ConfigValue, Manifest } from "../manifest/schema";
import type { Taint } from "../manifest/taints";
import type { Role } from "./config";
import { withElection } from "./election";
import { withHeartbeat } from "./heartbeat";
import { snapshotSettings } from "./snapshots";

type Settings = Record<string, ConfigValue>;
type Shared = Pick<Manifest, "network" | "kubelet" | "apiserver" | "snapshots">;

/** The keys of k3s's configuration file that every node of a role has by what the manifest says for all. */
export function sharedSettings(role: Role, { network, kubelet, apiserver, snapshots }: Shared): Settings {
  const common = listed("kubelet-arg", kubelet.args);
  if (role === "agent") return common;
  const { clusterCidr, serviceCidr, clusterDns = [], flannelBackend, nodeCidrMaskSize } = network;
  return {
    ...common,
    ...listed("kube-apiserver-arg", apiserver.args),
    "cluster-cidr": clusterCidr.join(","),
    "service-cidr": serviceCidr.join(","),
    ...(clusterDns.length > 0 ? { "cluster-dns": clusterDns.join(",") } : {}),
    "flannel-backend": flannelBackend,
    ...listed("kube-controller-manager-arg", maskSize(clusterCidr, nodeCidrMaskSize)),
    ...snapshotSettings(snapshots),
  };
}

/**
 * What a node has by HAProxy: servers look for another leader of etcd in time, agents do not wait for one that died, and
 * those whose traffic is all to go through their HAProxy do without k3s's own balancer.
 */
export function balanced(
  role: Role,
  { haproxy, datastore, join }: Pick<Manifest, "haproxy" | "datastore" | "join">,
  config: Settings,
): Settings {
  // All members of etcd are to have the same times, and those elsewhere have theirs.
  if (role === "server") return haproxy && datastore.kind === "etcd" && !join ? withElection(config) : config;
  if (!haproxy) return config;
  return withHeartbeat(haproxy.always ? { "disable-apiserver-lb": true, ...config } : config);
}

/** The taints that a node registers with. */
export function taintSettings(taints: readonly Taint[]): Settings {
  return listed(
    "node-taint",
    taints.map(({ key, value, effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`),
  );
}

/** With blocks of both families Kubernetes has an argument for each. */
function maskSize(clusterCidr: readonly string[], size: number | undefined): string[] {
  if (size === undefined) return [];
  return [`node-cidr-mask-size${clusterCidr.length > 1 ? "-ipv4" : ""}=${size}`];
}

function listed(key: string, values: readonly string[]): Settings {
  return values.length > 0 ? { [key]: [...values] } : {};
}
