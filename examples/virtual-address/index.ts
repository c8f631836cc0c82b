import { Config } from "@pulumi/pulumi";
import { K3sCluster } from "pulumi-k3s-cluster";

const config = new Config();
const hosts = config.requireObject<string[]>("hosts");

/** Servers that are reached at one address, such as 10.0.0.100/24, whichever of them dies. */
const cluster = new K3sCluster("prod", {
  version: "v1.33.3+k3s1",
  ssh: { identityFile: config.get("identityFile"), knownHosts: config.get("knownHosts") },
  artifacts: { mirror: config.get("mirror"), images: config.getBoolean("images") },
  servers: hosts.map((host, index) => ({ name: `s${index + 1}`, host })),
  endpoint: { vip: config.require("address") },
});

export const { endpoint, kubeconfig, statsPassword } = cluster;
