import { z } from "zod";
import { config } from "./config";
import { clusterName, command, filePath, host, hostKey, ip, mirror, nodeName, user, version } from "./kinds";
import { labels } from "./labels";
import { oneOf, port } from "./text";
import { agentToken, serverToken } from "./tokens";

const ssh = z.strictObject({
  user: user.optional().describe("Who logs in; root by default, anybody else needs sudo without a password"),
  port: port.optional().describe("22 by default"),
  identityFile: filePath
    .optional()
    .describe("Private key on this computer; without it, the SSH agent's keys"),
  knownHosts: filePath.optional().describe("File of known host keys on this computer"),
});

const machineSsh = ssh.extend({
  hostKey: hostKey
    .optional()
    .describe("The one host key this machine may show; known hosts are not asked then"),
});

const commands = z.union([command, z.array(command)]);

const hooks = z.strictObject({
  before: commands.default([]).describe("Run on a machine before it becomes a node"),
  after: commands.default([]).describe("Run on a machine after it has become a node"),
});

const machine = z.strictObject({
  name: nodeName.describe("The name of its node"),
  host: host.describe("Where the machine answers SSH"),
  ssh: machineSsh.default({}).describe("What differs from ssh at the top"),
  labels: labels.default({}).describe("Labels of its node, over those at the top"),
  config: config.default({}).describe("Other k3s keys for this machine; on a server, over those at the top"),
  nodeIp: ip.optional().describe("The address of its node inside the cluster; k3s picks one otherwise"),
  hooks: hooks.prefault({}).describe("Run after the hooks at the top"),
});

const components = [
  "coredns",
  "servicelb",
  "traefik",
  "local-storage",
  "metrics-server",
  "runtimes",
] as const;

const needServers =
  "a cluster needs at least one; with 1 nothing may fail, with 3 one server may, with 5 two; use 1, 3 or 5";

export const manifestSchema = z.strictObject({
  name: clusterName.describe("The name of the cluster"),
  version: version.describe("The exact k3s release that every node runs"),
  ssh: ssh.default({}).describe("How to log in to every machine"),
  artifacts: z
    .strictObject({
      mirror: mirror.default("https://github.com/k3s-io/k3s/releases/download"),
      images: z.boolean().default(false).describe("Also put the release's image archive on every machine"),
    })
    .prefault({})
    .describe("Where releases come from, in the layout of the official ones"),
  servers: z
    .array(machine, {
      error: ({ input }) => (input === undefined || input === null ? `0 servers: ${needServers}` : undefined),
    })
    .min(1, { error: `0 servers: ${needServers}` })
    .describe("The machines of the control plane; an odd number, 3 or more to survive losing one"),
  agents: z.array(machine).default([]).describe("The machines that only run workloads"),
  labels: labels.default({}).describe("Labels of every node"),
  disable: z.array(oneOf("a component of k3s", components)).default([]).describe("Components not to deploy"),
  tlsSans: z.array(host).default([]).describe("More names and addresses in the API server's certificate"),
  config: config.default({}).describe("Other k3s keys for every server"),
  token: serverToken.optional().describe("Secret. What servers join with; made when absent"),
  agentToken: agentToken.optional().describe("Secret. What agents join with; the token itself when absent"),
  endpoint: z
    .strictObject({ address: host, port: port.default(6443) })
    .optional()
    .describe("A load balancer of yours in front of the servers; its address joins tlsSans"),
  hooks: hooks.prefault({}).describe("Commands of yours, run on every machine"),
});

/** What a user may write. */
export type Written = z.input<typeof manifestSchema>;

/** What the user wrote, checked, with defaults. */
export type Declared = z.output<typeof manifestSchema>;
type DeclaredMachine = Declared["servers"][number];

/** How to log in to one machine. */
export type MachineSsh = Omit<DeclaredMachine["ssh"], "user" | "port"> & { user: string; port: number };

export interface Hooks {
  before: string[];
  after: string[];
}

/** One machine with everything that holds for it, whether said on the machine or at the top. */
export type Machine = Omit<DeclaredMachine, "ssh" | "hooks"> & { ssh: MachineSsh; hooks: Hooks };

/** A value of k3s's own configuration file. */
export type ConfigValue = DeclaredMachine["config"][string];

/** The cluster: what holds for machines is said on each machine, and nowhere else. */
export type Manifest = Omit<Declared, "servers" | "agents" | "ssh" | "labels" | "config" | "hooks"> & {
  servers: Machine[];
  agents: Machine[];
};
