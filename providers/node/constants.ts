import type { NodeConfig } from "../../k3s/config";
import type { Complaint } from "./complaints";

/** Keys of k3s that a cluster is made with and keeps: their field in the manifest. */
const constants: Record<string, string> = {
  "cluster-cidr": "network.clusterCidr",
  "service-cidr": "network.serviceCidr",
  "cluster-dns": "network.clusterDns",
  "cluster-domain": "config.cluster-domain",
  "secrets-encryption": "config.secrets-encryption",
};

/** What a running cluster would not survive. */
export function changedConstants(config: NodeConfig, old: NodeConfig): Complaint[] {
  if (config.role !== "server") return [];
  const value = ({ extra = {} }: NodeConfig, key: string) => JSON.stringify(extra[key] ?? "k3s's default");
  return Object.entries(constants)
    .filter(([key]) => value(config, key) !== value(old, key))
    .map(([key, field]) => ({
      cause: `${key} would become ${value(config, key)}, and the cluster was made with ${value(old, key)}`,
      next: `give ${field} back, or make a new cluster`,
    }));
}
