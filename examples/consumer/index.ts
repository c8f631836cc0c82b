import { Config, StackReference } from "@pulumi/pulumi";
import { K3sAgent } from "pulumi-k3s-cluster";

const config = new Config();

/** The stack that made the cluster: <organization>/<project>/<stack>. */
const cluster = new StackReference(config.require("cluster"));

/** A machine of this stack joins that cluster. */
const agent = new K3sAgent("guest", {
  version: "v1.33.3+k3s1",
  connection: {
    host: config.require("host"),
    identityFile: config.get("identityFile"),
    knownHosts: config.get("knownHosts"),
  },
  mirror: config.get("mirror"),
  images: config.getBoolean("images"),
  server: { url: cluster.requireOutput("endpoint"), token: cluster.requireOutput("agentToken") },
});

export const { ready } = agent;
export const kubeconfig = cluster.requireOutput("kubeconfig");
