import * as pulumi from "@pulumi/pulumi";
import { withElection } from "../k3s/election";
import type { OpenHealth } from "../k3s/health";
import { pinnedAgentToken } from "../k3s/token";
import type { Datastore } from "../manifest/datastore";
import type { Connection } from "../providers/connection";
import { ControlPlane } from "../providers/control-plane/resource";
import type { NodeInputs } from "../providers/node/provider";
import type { Args } from "../providers/resource-args";
import { hook } from "./hook";
import { connectionOf, memberNode } from "./node";
import { defaultPatience, type JoinArgs, type NodeArgs } from "./node-args";

export interface K3sServerArgs
  extends NodeArgs,
    Pick<Args<NodeInputs>, "membership" | "peers" | "balancers"> {
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
  /** Where this server keeps the cluster's state, the same on all servers; default: in etcd, on themselves. */
  datastore?: pulumi.Input<Datastore | undefined>;
  /**
   * How strangers may ask its API whether it is ready, as HaProxyFrontend does; its etcd then also looks for another leader in
   * time, as in a K3sCluster with haproxy. Default: they may not.
   */
  healthCheck?: OpenHealth;
  /** False where something else verifies the servers together; default: this server is verified by itself. */
  verify?: boolean;
}

/** One server of a cluster. */
export class K3sServer extends pulumi.ComponentResource {
  /** The node's name. */
  readonly name: string;
  /** How the machine is reached. */
  readonly connection: pulumi.Output<Connection>;
  /** Where others join: https://<address>:6443. */
  readonly url: pulumi.Output<string>;
  /** The node's id; there when its unit is started. */
  readonly node: pulumi.Output<string>;
  /** The server token in its CA-pinned form; there as soon as the supervisor answers. */
  readonly joinToken: pulumi.Output<string>;
  /** The agent token in its CA-pinned form; there as early. */
  readonly agentToken: pulumi.Output<string>;
  /** There when the server is Ready, serves and votes; absent with `verify: false`. */
  readonly ready?: pulumi.Output<string>;
  /** The administrator's kubeconfig. Secret; absent with `verify: false`. */
  readonly kubeconfig?: pulumi.Output<string>;

  constructor(name: string, args: K3sServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("k3s:index:K3sServer", name, {}, options);
    const join = joinOf(args.server);
    const token = join?.token ?? args.token;
    if (!token) throw new pulumi.RunError(`K3sServer "${name}": give a token, or a server to join.`);
    const { tlsSans, disable, membership = "", peers, datastore, healthCheck, balancers } = args;
    const agentToken = pulumi.secret(args.agentToken);
    const of = {
      role: "server" as const,
      join: join?.url,
      // Of one that is made here it is known which agent token it has.
      elsewhere: args.server instanceof K3sServer ? undefined : join?.url,
      peers,
      balancers,
      token,
      agentToken,
      membership,
      tlsSans,
      disable,
      datastore,
      healthCheck,
    };
    // All members of etcd are to have the same times, and those elsewhere have theirs.
    const config = healthCheck && !of.elsewhere ? electing(args) : args.config;
    const node = memberNode(name, { ...args, config }, of, this);
    this.name = name;
    this.connection = connectionOf(args);
    // Where it is is no secret, whatever opens it.
    const { host } = pulumi.output(args.connection);
    this.url = pulumi.interpolate`https://${host}:6443`;
    this.node = node.id;
    this.joinToken = node.joinToken;
    this.agentToken = pulumi
      .all([node.joinToken, node.agentToken])
      .apply(([pinned, password]) => pinnedAgentToken(pinned, password));
    if (args.verify ?? true) {
      const controlPlane = verified(name, this, args);
      hook("after", name, args, { parent: this, dependsOn: controlPlane });
      this.ready = controlPlane.id;
      this.kubeconfig = controlPlane.kubeconfig;
    }
    this.registerOutputs({ url: this.url });
  }
}

function verified(name: string, server: K3sServer, args: K3sServerArgs): ControlPlane {
  const { connection, node } = server;
  return new ControlPlane(
    name,
    {
      cluster: args.cluster ?? name,
      servers: [{ name, connection }],
      nodes: [node],
      endpoint: { address: connection.host, port: 6443 },
      patience: args.patience ?? defaultPatience,
    },
    { parent: server },
  );
}

/** What its k3s is given where HAProxy stands in front. */
function electing({ config, datastore }: K3sServerArgs) {
  return pulumi
    .all([config, pulumi.unsecret(pulumi.output(datastore))])
    .apply(([own = {}, its]) => ((its?.kind ?? "etcd") === "etcd" ? withElection(own) : own));
}

/** Joining this way or that comes down to an address and a token. */
function joinOf(server: K3sServer | JoinArgs | undefined): JoinArgs | undefined {
  return server instanceof K3sServer ? { url: server.url, token: server.joinToken } : server;
}
