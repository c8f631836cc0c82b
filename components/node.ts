import * as pulumi from "@pulumi/pulumi";
import type { NodeConfig, Role } from "../k3s/config";
import type { OpenHealth } from "../k3s/health";
import { environmentFile } from "../k3s/proxy";
import { registriesFile } from "../k3s/registries";
import { snapshotFolder } from "../k3s/snapshots";
import type { Datastore } from "../manifest/datastore";
import { proxyFor } from "../manifest/proxy";
import type { Connection } from "../providers/connection";
import { learnable } from "../providers/host-keys";
import { Machine } from "../providers/machine/resource";
import type { NodeInputs } from "../providers/node/provider";
import { Node } from "../providers/node/resource";
import type { Args } from "../providers/resource-args";
import { hidden, passwordIn } from "./hidden";
import { hook } from "./hook";
import { defaultPatience, type NodeArgs, releaseAddress } from "./node-args";

/** What servers and agents do not have in common. */
export interface RoleArgs
  extends Pick<
    Args<NodeInputs>,
    "agentToken" | "membership" | "join" | "peers" | "balancers" | "api" | "atOnce" | "elsewhere"
  > {
  role: Role;
  /** Where servers keep the cluster's state. */
  datastore?: pulumi.Input<Datastore | undefined>;
  /** Where an agent finds its servers. */
  server?: pulumi.Input<string>;
  token: pulumi.Input<string>;
  tlsSans?: pulumi.Input<string[]>;
  disable?: pulumi.Input<string[]>;
  healthCheck?: OpenHealth;
}

/** One machine as a member of the cluster: the user's hooks, its artifacts, then its node. */
export function memberNode(name: string, args: NodeArgs, of: RoleArgs, parent: pulumi.Resource): Node {
  const { version, hooks } = args;
  const connection = connectionOf(args).apply(believingNobody);
  const checked = pulumi.all([connection, args.preflight]).apply(([known]) => known);
  const before = hook("before", name, { hooks, connection: checked }, { parent });
  const machine = new Machine(
    name,
    {
      name,
      connection,
      ...releaseOf(args),
      disk: pulumi.unsecret(pulumi.output(of.datastore)).apply((its) => diskOf(of.role, its, args)),
      preflight: args.preflight ?? "",
    },
    { parent, dependsOn: before },
  );
  const { role, server, token, tlsSans, disable, healthCheck, datastore, ...serverOnly } = of;
  return new Node(
    name,
    {
      ...serverOnly,
      cluster: args.cluster ?? name,
      connection,
      version,
      ...runsOn(name, args, of),
      snapshotFolder: pulumi
        .all([args.config, pulumi.unsecret(pulumi.output(datastore))])
        .apply(([extra, its]) => snapshotFolder({ role, extra }, its)),
      adopt: args.adopt,
      token: pulumi.secret(token),
      sha256: machine.sha256,
      podNetwork: args.findings?.["pod-network"],
      drain: args.drain,
      ...(args.rotate ? { rotate: args.rotate } : {}),
      patience: args.patience ?? defaultPatience,
    },
    { parent },
  );
}

type Settings = Pick<NodeArgs, "labels" | "nodeIp" | "config" | "registries" | "proxy">;
type RoleSettings = Pick<RoleArgs, "role" | "server" | "tlsSans" | "disable" | "healthCheck" | "datastore">;

/** What k3s is to run with on a machine. */
export function runsOn(name: string, args: Settings, of: RoleSettings) {
  const { role, server, tlsSans, disable, healthCheck, datastore } = of;
  const config = pulumi
    .all([args.labels, args.nodeIp, args.config, server, tlsSans, disable])
    .apply(([labels, nodeIp, extra, join, tlsSans, disable]) =>
      filled({ role, name, labels, nodeIp, join, tlsSans, disable, healthCheck, extra }),
    );
  return {
    config,
    datastore: hidden(datastore, passwordIn.datastore),
    registries: hidden(args.registries, passwordIn.registries).apply((its) => its && registriesFile(its)),
    environment: hidden(args.proxy, passwordIn.proxy).apply((its) => its && environmentFile(its)),
  };
}

/** What a machine is to hold, and where it comes from. */
export function releaseOf(args: Pick<NodeArgs, "version" | "mirror" | "images" | "proxy">) {
  const release = releaseAddress(args);
  const proxy = hidden(args.proxy, passwordIn.proxy);
  return {
    version: args.version,
    release,
    images: args.images ?? false,
    proxy: proxy.apply((its) => its && proxyFor(release, its)),
  };
}

/** How the machine is reached: a secret where it holds a password. */
export function connectionOf({ connection }: Pick<NodeArgs, "connection">): pulumi.Output<Connection> {
  return hidden(connection as pulumi.Input<Connection>, passwordIn.connection);
}

/** Only K3sCluster remembers what was believed at first use; without it every run would be the first. */
function believingNobody(connection: Connection): Connection {
  if (learnable(connection).length === 0) return connection;
  throw new pulumi.RunError(
    `${connection.host}: trustOnFirstUse needs a K3sCluster, which remembers the key; give hostKey or knownHosts.`,
  );
}

/** Nobody's database is on an agent, nor on a server that has its own elsewhere. */
function diskOf(role: Role, datastore: NodeInputs["datastore"], { findings = {} }: NodeArgs) {
  if (role === "agent" || datastore?.kind === "external") return undefined;
  return findings["slow-disk"] ?? "default";
}

/** What is empty says nothing, and is left out of the state. */
function filled(config: NodeConfig): NodeConfig {
  const kept = Object.entries(config).filter(([, value]) => value && Object.keys(value).length > 0);
  return Object.fromEntries(kept) as unknown as NodeConfig;
}
