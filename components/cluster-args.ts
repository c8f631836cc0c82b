import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../k3s/config";
import { sharedSettings, taintSettings } from "../k3s/settings";
import { ManifestError } from "../manifest/mistakes";
import { checkManifest } from "../manifest/parse";
import type { Machine, MachineSsh, Manifest, Written } from "../manifest/schema";
import { milliseconds } from "../manifest/units";
import type { Connection } from "../providers/connection";

/** A machine as a manifest describes it; its address may be an output of whoever made it. */
export type MachineArgs = Omit<Written["servers"][number], "host"> & { host: pulumi.Input<string> };

/** What a manifest says, save its name, which is the component's. */
export interface K3sClusterArgs
  extends Omit<Written, "name" | "servers" | "agents" | "token" | "agentToken"> {
  servers: MachineArgs[];
  agents?: MachineArgs[];
  /** What servers join with; default: made once and kept. */
  token?: pulumi.Input<string>;
  /** What agents join with; default: made once and kept. */
  agentToken?: pulumi.Input<string>;
}

/** A machine with everything that holds for it. */
export interface ClusterMachine extends Pick<Machine, "name" | "labels" | "config" | "nodeIp" | "hooks"> {
  connection: pulumi.Output<Connection>;
}

export interface Cluster
  extends Pick<
    Manifest,
    "version" | "artifacts" | "tlsSans" | "disable" | "endpoint" | "network" | "preflight" | "minima"
  > {
  servers: [ClusterMachine, ...ClusterMachine[]];
  agents: ClusterMachine[];
  token?: pulumi.Input<string>;
  agentToken?: pulumi.Input<string>;
  /** Milliseconds that a node is given to become ready. */
  patience?: number;
}

/** The arguments with their defaults; all mistakes in them are reported together, as a manifest's are. */
export function checkedArgs(name: string, args: K3sClusterArgs): Cluster {
  const { token, agentToken, ...plain } = args;
  const hosts = new Map<string, pulumi.Input<string>>();
  const known = (list: MachineArgs[]) =>
    list.map((machine) => ({ ...machine, host: standIn(machine.host, hosts) }));
  const written = {
    ...plain,
    name,
    servers: known(args.servers),
    agents: known(args.agents ?? []),
    ...texts({ token, agentToken }),
  };
  const manifest = checked(`K3sCluster "${name}"`, written);
  refuseUnused(name, manifest);
  const machine =
    (role: Role) =>
    ({ host, ssh, taints, config, ...rest }: Machine): ClusterMachine => ({
      ...rest,
      config: { ...sharedSettings(role, manifest), ...taintSettings(taints), ...config },
      connection: connectionOf(hosts.get(host) ?? host, ssh),
    });
  const { ready } = manifest.timeouts;
  const [first, ...others] = manifest.servers.map(machine("server"));
  if (!first) throw new Error("a checked manifest has a server");
  return {
    ...manifest,
    servers: [first, ...others],
    agents: manifest.agents.map(machine("agent")),
    ...(ready ? { patience: milliseconds(ready) } : {}),
    token,
    agentToken,
  };
}

/** What opens something is kept as a secret, and with it all that stands beside it. */
function connectionOf(
  host: pulumi.Input<string>,
  { bastion, ...ssh }: MachineSsh,
): pulumi.Output<Connection> {
  const connection = pulumi.output({ host, ...ssh, ...(bastion ? { bastions: bastion } : {}) });
  const opens = [ssh, ...(bastion ?? [])].some(({ password, passphrase }) => password ?? passphrase);
  return opens || ssh.sudoPassword ? pulumi.secret(connection) : connection;
}

/** What a manifest may say and this version does not do is better refused than left out. */
function refuseUnused(name: string, manifest: Manifest): void {
  const { datastore, registries, proxy, timeouts, servers, agents } = manifest;
  const hops = [...servers, ...agents].flatMap(({ ssh }) => [ssh, ...(ssh.bastion ?? [])]);
  const unused = Object.entries({
    registries,
    proxy,
    datastore: datastore.kind === "etcd" ? undefined : datastore,
    "timeouts.connect": timeouts.connect,
    "ssh.trustOnFirstUse": hops.some(({ trustOnFirstUse }) => trustOnFirstUse) || undefined,
  }).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  if (unused.length === 0) return;
  throw new pulumi.RunError(
    `K3sCluster "${name}": this version does not use ${unused.join(", ")} yet; take them away.`,
  );
}

/** An address that is not known yet cannot be checked: a name that no machine has takes its place meanwhile. */
function standIn(host: pulumi.Input<string>, hosts: Map<string, pulumi.Input<string>>): string {
  if (typeof host === "string") return host;
  const name = `machine-${hosts.size + 1}.invalid`;
  hosts.set(name, host);
  return name;
}

/** Tokens that are known already are checked like everything else. */
function texts(tokens: Record<string, pulumi.Input<string> | undefined>) {
  return Object.fromEntries(Object.entries(tokens).filter(([, token]) => typeof token === "string"));
}

function checked(where: string, written: unknown): Manifest {
  try {
    return checkManifest(written, where);
  } catch (error) {
    if (error instanceof ManifestError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
