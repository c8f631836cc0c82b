import * as pulumi from "@pulumi/pulumi";
import { hook } from "./hook";
import { K3sServer } from "./k3s-server";
import { memberNode } from "./node";
import type { JoinArgs, NodeArgs } from "./node-args";

export interface K3sAgentArgs extends NodeArgs {
  /** The server to join, or the address of a cluster and its agent token. */
  server: K3sServer | JoinArgs;
  /** How many agents of its cluster may restart at once; default: 1. */
  atOnce?: number;
}

function joinOf(server: K3sServer): JoinArgs {
  const { name, connection, url, agentToken } = server;
  return { url, token: agentToken, api: { name, connection } };
}

/** One agent of a cluster; done when its node is Ready. */
export class K3sAgent extends pulumi.ComponentResource {
  /** There when the node is Ready. */
  readonly ready: pulumi.Output<string>;

  constructor(name: string, args: K3sAgentArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("k3s:index:K3sAgent", name, {}, options);
    const { server } = args;
    const { url, token, api, peers } = server instanceof K3sServer ? joinOf(server) : server;
    const node = memberNode(
      name,
      args,
      { role: "agent", server: url, token, api, peers, atOnce: args.atOnce },
      this,
    );
    hook("after", name, args, { parent: this, dependsOn: node });
    this.ready = node.id;
    this.registerOutputs();
  }
}
