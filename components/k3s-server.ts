import * as pulumi from "@pulumi/pulumi";
import { ControlPlane } from "../providers/control-plane/resource";
import { defaultPatience, type JoinArgs, type NodeArgs } from "./machine-args";
import { memberNode } from "./node";

export interface K3sServerArgs extends NodeArgs {
  /** Where to join; without it this server begins a cluster. */
  server?: K3sServer | JoinArgs;
  /** The server token of a cluster that begins here; a server that joins takes it from the one it joins. */
  token?: pulumi.Input<string>;
  /** What agents join with. */
  agentToken: pulumi.Input<string>;
  /** More names and addresses for the API's certificate. */
  tlsSans?: pulumi.Input<string[]>;
  /** Packaged components to leave out, such as "traefik". */
  disable?: pulumi.Input<string[]>;
  /** The membership that lets this server in. */
  membership?: pulumi.Input<string>;
  /** False where a cluster verifies its servers together; default: this server is verified by itself. */
  verify?: boolean;
}

/** One server of a cluster. */
export class K3sServer extends pulumi.ComponentResource {
  /** The node's name. */
  readonly name: string;
  /** How the machine is reached. */
  readonly connection: K3sServerArgs["connection"];
  /** Where others join: https://<address>:6443. */
  readonly url: pulumi.Output<string>;
  /** The server token in its CA-pinned form; there as soon as the supervisor answers. */
  readonly joinToken: pulumi.Output<string>;
  /** The agent token in its CA-pinned form; there when the server is verified, absent with `verify: false`. */
  readonly agentToken?: pulumi.Output<string>;
  /** There when the server is Ready, serves and votes; absent with `verify: false`. */
  readonly ready?: pulumi.Output<string>;
  /** The node resource's id, which changes with nothing but the node itself. */
  readonly node: pulumi.Output<string>;

  constructor(name: string, args: K3sServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-k3s-cluster:index:K3sServer", name, {}, options);
    const join = joinOf(args.server);
    const token = join?.token ?? args.token;
    if (!token) throw new pulumi.RunError(`K3sServer "${name}": give a token, or a server to join.`);
    const { connection, tlsSans, disable } = args;
    const cluster = args.cluster ?? name;
    const agentToken = pulumi.secret(args.agentToken);
    const membership = args.membership ?? "";
    const differs = {
      role: "server" as const,
      join: join?.url,
      token,
      agentToken,
      membership,
      tlsSans,
      disable,
    };
    const node = memberNode(name, args, differs, this);
    this.name = name;
    this.connection = connection;
    this.url = pulumi.interpolate`https://${pulumi.output(connection).apply(({ host }) => host)}:6443`;
    this.joinToken = node.joinToken;
    this.node = node.id;
    if (args.verify ?? true) {
      const { agentToken, id } = verified(name, this, cluster, args.patience);
      this.agentToken = agentToken;
      this.ready = id;
    }
    this.registerOutputs({ url: this.url, joinToken: this.joinToken });
  }
}

function verified(
  name: string,
  server: K3sServer,
  cluster: string,
  patience = defaultPatience,
): ControlPlane {
  const { connection } = server;
  return new ControlPlane(
    name,
    {
      cluster,
      servers: [{ name, connection }],
      nodes: [server.joinToken],
      endpoint: pulumi.output(connection).apply(({ host }) => ({ address: host, port: 6443 })),
      patience,
    },
    { parent: server },
  );
}

/** Joining this way or that comes down to an address and a token. */
export function joinOf(server: K3sServer | JoinArgs | undefined): JoinArgs | undefined {
  return server instanceof K3sServer ? { url: server.url, token: server.joinToken } : server;
}
