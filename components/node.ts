import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../k3s/config";
import { Machine } from "../providers/machine/resource";
import type { NodeInputs } from "../providers/node/provider";
import { Node } from "../providers/node/resource";
import type { Args } from "../providers/resource-args";
import { defaultPatience, type NodeArgs, releaseAddress } from "./machine-args";

/** What servers and agents do not have in common. */
export interface RoleArgs extends Pick<Args<NodeInputs>, "agentToken" | "membership"> {
  role: Role;
  /** The address to join; without it a server begins a cluster. */
  join?: pulumi.Input<string>;
  token: pulumi.Input<string>;
  tlsSans?: pulumi.Input<string[]>;
  disable?: pulumi.Input<string[]>;
}

/** One machine as a member of the cluster: its artifacts first, then its node. */
export function memberNode(name: string, args: NodeArgs, of: RoleArgs, parent: pulumi.Resource): Node {
  const { version, connection } = args;
  const { role, join, token, tlsSans = [], disable = [], ...serverOnly } = of;
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
    { parent },
  );
  const config = pulumi.output({
    role,
    name,
    labels: args.labels ?? {},
    nodeIp: args.nodeIp,
    join,
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
