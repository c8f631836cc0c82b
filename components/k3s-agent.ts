import * as pulumi from "@pulumi/pulumi";
import { hook } from "./hook";
import { K3sServer } from "./k3s-server";
import { memberNode } from "./node";
import type { JoinArgs, NodeArgs } from "./node-args";

export interface K3sAgentArgs extends NodeArgs {
  /** The server to join, or the address of a cluster and its agent token. */
  server: K3sServer | JoinArgs;
}

/** One agent of a cluster; done when its node is Ready. */
export class K3sAgent extends pulumi.ComponentResource {
  /** There when the node is Ready. */
  readonly ready: pulumi.Output<string>;

  constructor(name: string, args: K3sAgentArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("k3s:index:K3sAgent", name, {}, options);
    const { server } = args;
    const { url, token } =
      server instanceof K3sServer ? { url: server.url, token: server.agentToken } : server;
    const node = memberNode(name, args, { role: "agent", server: url, token }, this);
    hook("after", name, args, { parent: this, dependsOn: node });
    this.ready = node.id;
    this.registerOutputs();
  }
}
