import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../k3s/config";
import { balanced, sharedSettings, taintSettings } from "../k3s/settings";
import { addressesOf } from "../manifest/endpoint";
import { loginOf } from "../manifest/login";
import { ManifestError, type Mistake } from "../manifest/mistakes";
import { checkManifest } from "../manifest/parse";
import type { BalancerMachine, Machine, MachineSsh, Manifest, Written } from "../manifest/schema";
import { milliseconds } from "../manifest/units";
import { warnings } from "../manifest/warnings";
import type { Connection } from "../providers/connection";
import type { Drain } from "../providers/drain";
import { type Elsewhere, type ElsewhereArgs, elsewhere, unseenMistakes } from "./elsewhere";
import { hidden, passwordIn } from "./hidden";
import { type Shared, shared } from "./shared";

/** A machine as a manifest describes it; its address may be an output of whoever made it. */
export type MachineArgs = Omit<Written["servers"][number], "host"> & { host: pulumi.Input<string> };

/** A balancer as a manifest describes it. */
export type BalancerArgs = Omit<NonNullable<Written["balancers"]>[number], "host"> &
  Pick<MachineArgs, "host">;

/** What a manifest says, save its name, which is the component's. */
export interface K3sClusterArgs
  extends Omit<Written, "name" | "servers" | "agents" | "balancers" | "token" | "agentToken" | "join"> {
  /** None where agents join a cluster that is elsewhere. */
  servers: MachineArgs[];
  agents?: MachineArgs[];
  balancers?: BalancerArgs[];
  /** What servers join with; default: made once and kept. */
  token?: pulumi.Input<string>;
  /** What agents join with; default: made once and kept. */
  agentToken?: pulumi.Input<string>;
  /** A cluster that exists elsewhere, for all machines to join; default: a cluster of its own. */
  join?: ElsewhereArgs;
}

/** A machine that something of the cluster's runs on. */
export interface Reached {
  name: string;
  /** Known before its host key is, and no secret. */
  host: pulumi.Input<string>;
  connection: pulumi.Output<Connection>;
  /** Whether a key may be believed at first use on the way to it. */
  trusts: boolean;
}

/** A node's machine with everything that holds for it. */
export interface ClusterMachine extends Reached, Pick<Machine, "labels" | "config" | "nodeIp" | "hooks"> {}

export interface Cluster
  extends Pick<
      Manifest,
      | "version"
      | "adopt"
      | "artifacts"
      | "tlsSans"
      | "disable"
      | "endpoint"
      | "haproxy"
      | "network"
      | "preflight"
      | "minima"
      | "upgrade"
      | "tokens"
      | "certificates"
      | "recover"
      | "restore"
      | "allowSingleServer"
    >,
    Shared {
  /** None where agents join a cluster that is elsewhere. */
  servers: ClusterMachine[];
  agents: ClusterMachine[];
  balancers: Reached[];
  token?: pulumi.Input<string>;
  agentToken?: pulumi.Input<string>;
  join?: Elsewhere;
  /** How pods are taken from a node that is upgraded, or that leaves. */
  drain: Drain;
  /** Milliseconds that a node is given to become ready. */
  patience?: number;
}

/** The arguments with their defaults; all mistakes in them are reported together, as a manifest's are. */
export function checkedArgs(name: string, args: K3sClusterArgs): Cluster {
  const { token, agentToken, join, ...plain } = args;
  const hosts = new Map<string, pulumi.Input<string>>();
  const known = <One extends Pick<MachineArgs, "host">>(list: One[]) =>
    list.map((machine) => ({ ...machine, host: standIn(machine.host, hosts) }));
  const written = {
    ...plain,
    name,
    servers: known(args.servers),
    agents: known(args.agents ?? []),
    balancers: known(args.balancers ?? []),
    ...texts({ token, agentToken }),
    ...(join ? { join: { ...join, token: undefined, agentToken: undefined, ...texts(join) } } : {}),
  };
  const manifest = checked(`K3sCluster "${name}"`, written, unseenMistakes(args));
  for (const warning of warnings(manifest)) void pulumi.log.warn(`K3sCluster "${name}": ${warning}`);
  const { connect, ready } = manifest.timeouts;
  const given = (host: string) => hosts.get(host) ?? host;
  const reached = ({ name, host, ssh }: BalancerMachine): Reached => ({
    name,
    host: given(host),
    connection: connectionOf(given(host), ssh, connect),
    trusts: [ssh, ...(ssh.bastion ?? [])].some(({ trustOnFirstUse }) => trustOnFirstUse),
  });
  const machine =
    (role: Role) =>
    ({ host, ssh, taints, config, ...rest }: Machine): ClusterMachine => ({
      ...rest,
      ...reached({ name: rest.name, host, ssh }),
      config: balanced(role, manifest, {
        ...sharedSettings(role, manifest),
        ...taintSettings(taints),
        ...config,
      }),
    });
  const nodes = [...manifest.servers, ...manifest.agents].flatMap(
    ({ nodeIp, host }) => nodeIp?.split(",") ?? [given(host)],
  );
  const { datastore, registries, proxy, drain, join: at, ...rest } = manifest;
  const joined = join && at && elsewhere({ ...join, server: at.server });
  return {
    ...rest,
    drain: drainOf(drain),
    ...shared(manifest, [...nodes, ...addressesOf(manifest.endpoint)]),
    servers: manifest.servers.map(machine("server")),
    agents: manifest.agents.map(machine("agent")),
    balancers: manifest.balancers.map(reached),
    ...(ready ? { patience: milliseconds(ready) } : {}),
    token: joined?.token ?? token,
    agentToken: joined?.agentToken ?? agentToken,
    ...(joined ? { join: joined } : {}),
  };
}

function connectionOf(
  host: pulumi.Input<string>,
  ssh: MachineSsh,
  connect: string | undefined,
): pulumi.Output<Connection> {
  return hidden(pulumi.output({ host, ...loginOf(ssh, connect) }), passwordIn.connection);
}

function drainOf({ timeout, grace, emptyDirs }: Manifest["drain"]): Drain {
  return {
    ...{ timeout: milliseconds(timeout), emptyDirs },
    ...(grace ? { grace: Math.ceil(milliseconds(grace) / 1_000) } : {}),
  };
}

/** An address that is not known yet cannot be checked: a name that no machine has takes its place meanwhile. */
function standIn(host: pulumi.Input<string>, hosts: Map<string, pulumi.Input<string>>): string {
  if (typeof host === "string") return host;
  const name = `machine-${hosts.size + 1}.invalid`;
  hosts.set(name, host);
  return name;
}

/** Tokens that are known already are checked like everything else. */
function texts({ token, agentToken }: { token?: pulumi.Input<string>; agentToken?: pulumi.Input<string> }) {
  const known = Object.entries({ token, agentToken }).filter(([, each]) => typeof each === "string");
  return Object.fromEntries(known);
}

function checked(where: string, written: unknown, more: Mistake[]): Manifest {
  const refused = (mistakes: Mistake[]) =>
    new pulumi.RunError(new ManifestError(where, [...mistakes, ...more]).message);
  try {
    const manifest = checkManifest(written, where);
    if (more.length === 0) return manifest;
  } catch (error) {
    if (error instanceof ManifestError) throw refused(error.mistakes);
    throw error;
  }
  throw refused([]);
}
