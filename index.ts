import { readFileSync } from "node:fs";
import { Config, RunError } from "@pulumi/pulumi";
import { K3sCluster } from "./components/k3s-cluster";
import { ManifestError } from "./manifest/mistakes";
import { checkManifest, parseManifest } from "./manifest/parse";
import type { Manifest } from "./manifest/schema";

const config = new Config();
const manifest = readManifest();
const secrets = {
  token: config.getSecret("token") ?? manifest.token,
  agentToken: config.getSecret("agentToken") ?? manifest.agentToken,
};
const join = manifest.join && {
  ...manifest.join,
  token: config.getSecret("joinToken") ?? manifest.join.token,
  agentToken: config.getSecret("joinAgentToken") ?? manifest.join.agentToken,
};
const { name, ...described } = manifest;
const cluster = new K3sCluster(name, { ...described, ...secrets, join });

export const { kubeconfig, endpoint, token, agentToken, caCertificate, clusterId, statsPassword } = cluster;
export const { servers, agents, version } = cluster;

/** The manifest is a file that `manifest` names, or the same object under `cluster`. */
function readManifest(): Manifest {
  const inline = config.getObject<unknown>("cluster");
  try {
    if (inline !== undefined) return checkManifest(inline, "cluster");
    const file = config.require("manifest");
    return parseManifest(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (error instanceof ManifestError) throw new RunError(error.message);
    throw error;
  }
}
