import * as pulumi from "@pulumi/pulumi";
import type { NodeConfig, Role } from "../k3s/config";
import type { Connection } from "../providers/connection";
import { Machine } from "../providers/machine/resource";
import type { NodeInputs } from "../providers/node/provider";
import { Node } from "../providers/node/resource";
import type { Args } from "../providers/resource-args";
import { hook } from "./hook";
import { defaultPatience, type NodeArgs, releaseAddress } from "./node-args";

/** What servers and agents do not have in common. */
export interface RoleArgs extends Pick<Args<NodeInputs>, "agentToken" | "membership" | "join" | "peers"> {
  role: Role;
  /** Where an agent finds its servers. */
  server?: pulumi.Input<string>;
  token: pulumi.Input<string>;
  tlsSans?: pulumi.Input<string[]>;
  disable?: pulumi.Input<string[]>;
}

/** One machine as a member of the cluster: the user's hooks, its artifacts, then its node. */
export function memberNode(name: string, args: NodeArgs, of: RoleArgs, parent: pulumi.Resource): Node {
  const { version, hooks } = args;
  const connection = pulumi.output(args.connection) as pulumi.Output<Connection>;
  const checked = pulumi.all([connection, args.preflight]).apply(([known]) => known);
  const before = hook("before", name, { hooks, connection: checked }, { parent });
  const machine = new Machine(
    name,
    {
      name,
      connection,
      version,
      release: releaseAddress(args),
      images: args.images ?? false,
      preflight: args.preflight ?? "",
    },
    { parent, dependsOn: before },
  );
  const { role, server, token, tlsSans, disable, ...serverOnly } = of;
  const config = pulumi
    .all([args.labels, args.nodeIp, args.config, server, tlsSans, disable])
    .apply(([labels, nodeIp, extra, join, tlsSans, disable]) =>
      filled({ role, name, labels, nodeIp, join, tlsSans, disable, extra }),
    );
  return new Node(
    name,
    {
      ...serverOnly,
      cluster: args.cluster ?? name,
      connection,
      version,
      config,
      token: pulumi.secret(token),
      sha256: machine.sha256,
      patience: args.patience ?? defaultPatience,
    },
    { parent },
  );
}

/** What is empty says nothing, and is left out of the state. */
function filled(config: NodeConfig): NodeConfig {
  const kept = Object.entries(config).filter(([, value]) => value && Object.keys(value).length > 0);
  return Object.fromEntries(kept) as unknown as NodeConfig;
}
