import type { NodeConfig } from "../../k3s/config";
import { constants } from "../../k3s/constants";
import type { Complaint } from "./complaints";

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
