import { Config, output } from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { K3sAgent, K3sServer } from "pulumi-k3s-cluster";

const config = new Config();
const addresses = config.requireObject<string[]>("addresses");

/** In your program these come from whatever makes the machines, as outputs that are known late. */
const machine = (index: number) => ({
  host: output(addresses).apply((all) => all[index] ?? ""),
  identityFile: config.get("identityFile"),
  knownHosts: config.get("knownHosts"),
});

const common = {
  version: "v1.33.3+k3s1",
  cluster: "own",
  mirror: config.get("mirror"),
  images: config.getBoolean("images"),
};

const token = new RandomPassword("token", { length: 48, special: false }).result;
const agentToken = new RandomPassword("agent-token", { length: 48, special: false }).result;

const server = new K3sServer("first", { ...common, connection: machine(0), token, agentToken });
const agents = ["web", "db"].map(
  (tier, index) =>
    new K3sAgent(tier, { ...common, connection: machine(index + 1), server, labels: { tier } }),
);

export const { url, kubeconfig } = server;
export const ready = agents.map((agent) => agent.ready);
