import { z } from "zod";
import { argumentsOf } from "./arguments";
import { config } from "./config";
import { type Datastore, datastore } from "./datastore";
import { type Endpoint, endpoint } from "./endpoint";
import { type Haproxy, haproxy } from "./haproxy";
import { hooks } from "./hooks";
import { join } from "./join";
import { clusterName, host, mirror, version } from "./kinds";
import { labels } from "./labels";
import { minima, preflight, proxy, timeouts } from "./limits";
import { balancerMachine, machine, pool } from "./machine";
import { type Network, network } from "./network";
import { registries } from "./registries";
import { recover, restore } from "./reset";
import { certificates, tokens } from "./rotation";
import { snapshots } from "./snapshots";
import { ssh } from "./ssh";
import type { Taint } from "./taints";
import { oneOf } from "./text";
import { agentToken, serverToken } from "./tokens";
import { drain, upgrade } from "./upgrade";

const components = [
  "coredns",
  "servicelb",
  "traefik",
  "local-storage",
  "metrics-server",
  "runtimes",
] as const;

const artifacts = z
  .strictObject({
    mirror: mirror
      .default("https://github.com/k3s-io/k3s/releases/download")
      .describe("Where the machines find releases"),
    images: z.boolean().default(false).describe("Also put the release's image archive on every machine"),
  })
  .meta({ id: "artifacts", description: "Where releases come from, in the layout of the official ones." });

export const manifestSchema = z.strictObject({
  name: clusterName.describe("The name of the cluster"),
  version: version.describe("The exact k3s release that every node runs"),
  adopt: z
    .boolean()
    .default(false)
    .describe(
      "Take over the k3s that somebody else installed on these machines, where it fits what is declared",
    ),
  ssh: ssh.default({}).describe("How to log in to every machine"),
  artifacts: artifacts.prefault({}).describe("Where releases come from"),
  servers: z
    .array(machine)
    .default([])
    .describe(
      "The machines of the control plane; with those of pools an odd number, 3 or more to survive losing one; with join there may be none",
    ),
  agents: z.array(machine).default([]).describe("The machines that only run workloads"),
  pools: z.array(pool).default([]).describe("More of both, in groups that have settings in common"),
  balancers: z
    .array(balancerMachine)
    .default([])
    .describe(
      "Machines that are no nodes and have an HAProxy in front of the servers, at endpoint; with vip the address is theirs and not the servers'. Default: none",
    ),
  labels: labels.default({}).describe("Labels of every node, keys and values as Kubernetes allows them"),
  network: network.prefault({}).describe("Addresses of pods and services, and how pods reach each other"),
  datastore: datastore.prefault({}).describe("Where the servers keep the cluster's state"),
  registries: registries.optional().describe("Where images are pulled from. Default: where their names say"),
  disable: z.array(oneOf("a component of k3s", components)).default([]).describe("Components not to deploy"),
  tlsSans: z.array(host).default([]).describe("More names and addresses in the API server's certificate"),
  kubelet: argumentsOf("kubelet").prefault({}).describe("Arguments of the kubelet, on every node"),
  apiserver: argumentsOf("apiserver").prefault({}).describe("Arguments of the API server, on every server"),
  config: config.default({}).describe("Other k3s keys for every server"),
  token: serverToken.optional().describe("Secret. What servers join with. Default: made once and kept"),
  agentToken: agentToken.optional().describe("Secret. What agents join with. Default: made once and kept"),
  join: join
    .optional()
    .describe("A cluster that exists elsewhere, for all machines to join. Default: a cluster of its own"),
  endpoint: endpoint
    .optional()
    .describe(
      "Where the API is reached: a balancer of yours, or a virtual address; it joins tlsSans. Default: the first server",
    ),
  haproxy: haproxy
    .optional()
    .describe(
      "An HAProxy on every agent, in front of all servers; false for none. Default: none, or as there where endpoint has vip",
    ),
  hooks: hooks.prefault({}).describe("Commands of yours, run on every machine"),
  snapshots: snapshots
    .optional()
    .describe(
      "The snapshots of etcd that servers take by themselves; false for none. Default: k3s's, every 12 hours and 5 kept",
    ),
  upgrade: upgrade.prefault({}).describe("How nodes come to another version"),
  drain: drain.prefault({}).describe("How pods are taken from a node that is upgraded, or that leaves"),
  tokens: tokens.prefault({}).describe("When the tokens change"),
  certificates: certificates.prefault({}).describe("When the certificates of nodes change"),
  recover: recover
    .optional()
    .describe("Has a cluster go on that has lost its quorum for good. Default: nothing"),
  restore: restore.optional().describe("Has the cluster be what it was in a snapshot. Default: nothing"),
  allowSingleServer: z
    .boolean()
    .default(false)
    .describe("Whether one of the last two servers may leave, after which nothing stands in for the other"),
  minima: minima.prefault({}).describe("What machines have at least"),
  timeouts: timeouts.default({}).describe("How long to wait before giving up"),
  preflight: preflight
    .default({})
    .describe(
      "How to take what a look at the machines finds, by the finding's name: ignore, warning or error",
    ),
  proxy: proxy.optional().describe("A proxy, for downloads on machines and for k3s itself. Default: none"),
});

type Input = z.input<typeof manifestSchema>;

/** What a user may write. */
export type Written = Omit<Input, "servers"> & Required<Pick<Input, "servers">>;

/** What the user wrote, checked, with defaults. */
export type Declared = z.output<typeof manifestSchema>;
type DeclaredMachine = Declared["servers"][number];
type DeclaredSsh = DeclaredMachine["ssh"];

/** A machine on the way to another. */
export type Hop = Exclude<DeclaredSsh["bastion"], readonly unknown[] | undefined>;

/** How to log in to one machine, as far as the manifest says; the rest is ~/.ssh/config's to say, and defaults. */
export type MachineSsh = Omit<DeclaredSsh, "bastion"> & {
  /** Outermost first; empty: none, whatever ~/.ssh/config says. */
  bastion?: Hop[];
};

export interface Hooks {
  before: string[];
  after: string[];
}

/** One machine with everything that holds for it, whether said on the machine, its pool or at the top. */
export type Machine = Omit<DeclaredMachine, "ssh" | "hooks" | "taints"> & {
  ssh: MachineSsh;
  hooks: Hooks;
  taints: Taint[];
};

/** A machine in front of the servers, with all that holds for it. */
export type BalancerMachine = Omit<Declared["balancers"][number], "ssh"> & Pick<Machine, "ssh">;

/** A value of k3s's own configuration file. */
export type ConfigValue = DeclaredMachine["config"][string];

/** What k3s reads as registries.yaml. */
export type Registries = NonNullable<Declared["registries"]>;

export type ProxySettings = Omit<NonNullable<Declared["proxy"]>, "noProxy"> & { noProxy: string[] };

/** The cluster: what holds for machines is said on each machine, and nowhere else. */
export type Manifest = Omit<
  Declared,
  | "servers"
  | "agents"
  | "balancers"
  | "pools"
  | "ssh"
  | "labels"
  | "config"
  | "hooks"
  | "network"
  | "datastore"
  | "proxy"
  | "endpoint"
  | "haproxy"
> & {
  servers: Machine[];
  agents: Machine[];
  balancers: BalancerMachine[];
  network: Network;
  datastore: Datastore;
  proxy?: ProxySettings;
  endpoint?: Endpoint;
  haproxy?: Haproxy;
};
