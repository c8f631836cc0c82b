import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Backend } from "../balancer/haproxy";
import type { HealthCheck } from "../balancer/haproxy-checks";
import type { Stats } from "../balancer/haproxy-stats";
import type { Listener } from "../balancer/haproxy-text";
import { type CheckTiming, checkTiming } from "../balancer/timing";
import { HaProxy } from "../providers/haproxy/resource";
import { caHashOf } from "./ca-hash";
import { connectionOf } from "./node";
import { type ConnectionArgs, defaultPatience } from "./node-args";

/** A server's API, as HAProxy reaches it. */
export interface BackendArgs {
  name: string;
  /** An IP address. */
  address: pulumi.Input<string>;
  /** Default: 6443. */
  port?: number;
}

/** The page that shows what HAProxy does, with metrics for Prometheus. */
export interface StatsArgs {
  /** Default: 1936. */
  port?: number;
  /** Where it listens: an address, * for every IPv4 address, or :: for every address; default: *. */
  address?: string;
  /** Default: "admin". */
  user?: string;
  /** Default: made once and kept. */
  password?: pulumi.Input<string>;
  /** Where Prometheus finds /metrics, which asks for no password; default: beside the page. */
  metrics?: Stats["metrics"];
}

export interface HaProxyFrontendArgs {
  /** What the machine is called; default: the component's own name. */
  machine?: string;
  connection: ConnectionArgs;
  /** All servers of the cluster. */
  backends: BackendArgs[];
  /**
   * The cluster's CA, which the servers' certificates must come from: the certificate (K3sCluster's `caCertificate`),
   * a token in its full form (K10…), or the SHA-256 that such a token begins with.
   */
  ca: pulumi.Input<string>;
  /** Where clients connect; default: 127.0.0.1:16443. An address that this machine may get later is listened on, too. */
  listeners?: Listener[];
  /** How a server says that it is ready; default: "anonymous-health". */
  healthCheck?: HealthCheck;
  /** When a server is out, in milliseconds and times; what is not given has its default (docs/haproxy.md). */
  timing?: Partial<CheckTiming>;
  /** False for none; default: on port 1936. */
  stats?: StatsArgs | false;
  /** Leave HAProxy's package installed, also where this component brought it, when it is removed; default: false. */
  keepPackage?: boolean;
  /** The cluster's name; default: the component's own. */
  cluster?: string;
  /** Other machines of the cluster: only while one of them answers a machine may be removed that does not. */
  peers?: { name: string; connection: ConnectionArgs }[];
  /** Something that must be there before the machine is touched. */
  preflight?: pulumi.Input<string>;
  /** Milliseconds until waiting for a server that answers is given up; default: 5 minutes. */
  patience?: number;
}

/**
 * One machine's HAProxy in front of the servers of a cluster; done when it has a server to send connections to. A machine
 * has one, with as many listeners as it needs.
 */
export class HaProxyFrontend extends pulumi.ComponentResource {
  /** There when HAProxy is healthy. */
  readonly ready: pulumi.Output<string>;
  /** Where clients on other machines, or on this one, reach the API: https://<address>:<port>; there when it is ready. */
  readonly url: pulumi.Output<string>;
  /** Of the page of statistics; absent without it. Secret. */
  readonly statsPassword?: pulumi.Output<string>;

  constructor(name: string, args: HaProxyFrontendArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("k3s:index:HaProxyFrontend", name, {}, options);
    const child = { parent: this };
    const { machine = name, cluster = name, listeners = [local], stats = {} } = args;
    if (stats) this.statsPassword = pulumi.secret(stats.password ?? made(`${name}-stats`, child));
    const haproxy = new HaProxy(
      name,
      {
        ...{ cluster, machine, listeners },
        connection: connectionOf(args),
        backends: args.backends.map(backendOf),
        caHash: pulumi.unsecret(pulumi.output(args.ca)).apply((ca) => caHashOf(name, ca)),
        healthCheck: args.healthCheck ?? "anonymous-health",
        timing: { ...checkTiming, ...args.timing },
        stats: stats ? statsOf(stats) : undefined,
        statsPassword: this.statsPassword,
        keepPackage: args.keepPackage ?? false,
        peers: args.peers?.map((peer) => ({ name: peer.name, connection: connectionOf(peer) })),
        preflight: args.preflight ?? "",
        patience: args.patience ?? defaultPatience,
      },
      child,
    );
    this.ready = haproxy.id;
    const { host } = pulumi.output(args.connection);
    this.url = pulumi.all([haproxy.id, host]).apply(([, own]) => urlOf(listeners[0] ?? local, own));
    this.registerOutputs({ url: this.url });
  }
}

const local: Listener = { address: "127.0.0.1", port: 16443 };

function made(name: string, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new RandomPassword(name, { length: 32, special: false }, options).result;
}

function backendOf({ name, address, port = 6443 }: BackendArgs): pulumi.Input<Backend> {
  return pulumi.output(address).apply((known) => ({ name, address: known, port }));
}

function statsOf({ port = 1936, address = "*", user = "admin", metrics = "beside" }: StatsArgs) {
  return { listener: { address, port }, user, metrics };
}

function urlOf({ address, port }: Listener, host: string): string {
  const reached = address === "*" || address === "::" ? host : address;
  return `https://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}
