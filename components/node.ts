import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../k3s/config";
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
  const { role, server, token, tlsSans = [], disable = [], ...serverOnly } = of;
  const config = pulumi.output({
    role,
    name,
    labels: args.labels ?? {},
    nodeIp: args.nodeIp,
    join: server,
    tlsSans,
    disable,
    extra: args.config ?? {},
  });
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
