import * as pulumi from "@pulumi/pulumi";
import { Machine } from "../providers/machine/resource";
import { Node } from "../providers/node/resource";
import { K3sServer } from "./k3s-server";
import { defaultPatience, type JoinArgs, type NodeArgs, releaseAddress } from "./machine-args";

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
    const { version, connection } = args;
    const join = agentJoin(name, args.server);
    const child = { parent: this };
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
      child,
    );
    const config = pulumi.output({
      role: "agent" as const,
      name,
      labels: args.labels ?? {},
      nodeIp: args.nodeIp,
      join: join.url,
      tlsSans: [],
      disable: [],
      extra: args.config ?? {},
    });
    const node = new Node(
      name,
      {
        cluster: args.cluster ?? name,
        connection,
        version,
        config,
        token: pulumi.secret(join.token),
        sha256: machine.sha256,
        patience: args.patience ?? defaultPatience,
      },
      child,
    );
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
