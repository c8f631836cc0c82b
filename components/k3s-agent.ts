import * as pulumi from "@pulumi/pulumi";
import { K3sServer } from "./k3s-server";
import type { JoinArgs, NodeArgs } from "./machine-args";
import { memberNode } from "./node";

export interface K3sAgentArgs extends NodeArgs {
  /** The server to join, or the address of a cluster and its agent token. */
  server: K3sServer | JoinArgs;
}

/** One agent of a cluster; done when its node is Ready. */
export class K3sAgent extends pulumi.ComponentResource {
  /** There when the node is Ready. */
  readonly ready: pulumi.Output<string>;

  constructor(name: string, args: K3sAgentArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-k3s-cluster:index:K3sAgent", name, {}, options);
    const { url, token } = agentJoin(name, args.server);
    const node = memberNode(name, args, { role: "agent", join: url, token }, this);
    this.ready = node.id;
    this.registerOutputs({ ready: this.ready });
  }
}

function agentJoin(name: string, server: K3sServer | JoinArgs): JoinArgs {
  if (!(server instanceof K3sServer)) return server;
  if (server.agentToken) return { url: server.url, token: server.agentToken };
  throw new pulumi.RunError(
    `K3sAgent "${name}": its server is not verified by itself; give { url, token } of its cluster.`,
  );
}
