import * as pulumi from "@pulumi/pulumi";
import { ManifestError } from "../manifest/mistakes";
import { checkManifest } from "../manifest/parse";
import type { Machine, Manifest, Written } from "../manifest/schema";
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
export interface ClusterMachine extends Omit<Machine, "host" | "ssh"> {
  connection: { host: pulumi.Input<string> } & Omit<Connection, "host">;
}

export interface Cluster
  extends Pick<Manifest, "version" | "artifacts" | "tlsSans" | "disable" | "endpoint"> {
  servers: [ClusterMachine, ...ClusterMachine[]];
  agents: ClusterMachine[];
  token?: pulumi.Input<string>;
  agentToken?: pulumi.Input<string>;
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
  const machine = ({ host, ssh, ...rest }: Machine): ClusterMachine => ({
    ...rest,
    connection: { host: hosts.get(host) ?? host, ...ssh },
  });
  const [first, ...others] = manifest.servers.map(machine);
  if (!first) throw new Error("a checked manifest has a server");
  return {
    ...manifest,
    servers: [first, ...others],
    agents: manifest.agents.map(machine),
    token,
    agentToken,
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
