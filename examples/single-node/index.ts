import { Config } from "@pulumi/pulumi";
import { K3sCluster } from "pulumi-k3s-cluster";

const config = new Config();

/** One machine, given by its address: server, agent and datastore at once. */
const cluster = new K3sCluster("edge", {
  version: "v1.33.3+k3s1",
  ssh: { identityFile: config.get("identityFile"), knownHosts: config.get("knownHosts") },
  artifacts: { mirror: config.get("mirror"), images: config.getBoolean("images") },
  servers: [{ name: "edge", host: config.require("host"), labels: { site: "attic" } }],
  hooks: { before: "mkdir -p /var/lib/site", after: "date > /var/lib/site/ready" },
});

export const { endpoint, kubeconfig, agentToken, clusterId } = cluster;
