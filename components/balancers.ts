import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Listener } from "../balancer/haproxy-text";
import type { CheckTiming } from "../balancer/timing";
import type { Vrrp } from "../balancer/vrrp";
import { addressesOf, isVirtual, type VirtualEndpoint } from "../manifest/endpoint";
import type { Haproxy } from "../manifest/haproxy";
import { milliseconds } from "../manifest/units";
import type { Balancers } from "../providers/preflight/scene";
import type { Cluster, ClusterMachine } from "./cluster-args";
import { HaProxyFrontend } from "./ha-proxy-frontend";
import { KeepalivedVip } from "./keepalived-vip";

interface Around {
  /** Names the CA that the servers' certificates come from. */
  ca: pulumi.Input<string>;
  servers: ClusterMachine[];
  /** There when all servers are started, with what they say to strangers. */
  started: pulumi.Output<string>;
  patience: number;
  parent: pulumi.Resource;
}

/** Makes the HAProxy of one machine. */
type Frontend = (machine: ClusterMachine, more?: Listener[]) => HaProxyFrontend;

/** The same; gives where the machine itself then reaches the API. */
type Local = (machine: ClusterMachine) => pulumi.Output<string>;

/** What the machines are to have for them; nothing where there are none. */
export function needed({ haproxy, endpoint }: Cluster): Balancers | undefined {
  if (!haproxy) return undefined;
  const { port, stats } = haproxy;
  const metrics = stats && typeof stats.metrics === "object" ? [stats.metrics] : [];
  const pages = stats ? [stats, ...metrics] : [];
  const open = pages.filter(({ address }) => !/^(127\.|::1$)/.test(address)).map((page) => page.port);
  const all = [port, ...pages.map((page) => page.port)];
  if (!isVirtual(endpoint)) return { ports: { server: [], agent: all }, open: { server: [], agent: open } };
  return {
    ports: { server: [...all, endpoint.port], agent: all },
    open: { server: [...open, endpoint.port], agent: open },
    vip: { addresses: endpoint.vip, interface: endpoint.interface, port: endpoint.port },
  };
}

/** What the HAProxys of a cluster have in common; nothing where it has none. */
export function frontends(
  name: string,
  { haproxy }: Cluster,
  { ca, servers, started, patience, parent }: Around,
): { statsPassword?: pulumi.Output<string>; frontend?: Frontend; local?: Local } {
  if (!haproxy) return {};
  const { port, healthCheck, timing, stats, package: end } = haproxy;
  const statsPassword = stats ? pulumi.secret(stats.password ?? made(`${name}-stats`, parent)) : undefined;
  const common = {
    backends: servers.map((server) => ({ name: server.name, address: addressOf(server) })),
    timing: checkTimingOf(timing),
    stats: stats && { ...stats, password: statsPassword },
    keepPackage: end === "keep",
    preflight: started,
    ...{ ca, healthCheck, patience, cluster: name },
  };
  const frontend: Frontend = (machine, more = []) =>
    new HaProxyFrontend(
      machine.name,
      {
        ...common,
        connection: machine.connection,
        listeners: [{ address: "127.0.0.1", port }, ...more],
        peers: servers.filter((server) => server.name !== machine.name).map(reached),
      },
      { parent },
    );
  // Not its own url, which is a secret where the machine's password is.
  const local: Local = (machine) => frontend(machine).ready.apply(() => `https://127.0.0.1:${port}`);
  return { statsPassword, frontend, local };
}

/** An address that moves between the servers, in front of the HAProxy of each; nothing where none is asked for. */
export function virtualAddress(
  name: string,
  { endpoint, haproxy }: Cluster,
  servers: ClusterMachine[],
  frontend: Frontend | undefined,
  parent: pulumi.Resource,
): KeepalivedVip | undefined {
  if (!isVirtual(endpoint) || !frontend) return undefined;
  // The address is on one of them at a time, and the others are to listen already.
  const listener = { address: hasIpv6(endpoint) ? "::" : "*", port: endpoint.port };
  const balancers = servers.map((server) => frontend(server, [listener]));
  return new KeepalivedVip(
    name,
    {
      machines: servers.map((server) => ({
        ...reached(server),
        address: addressOf(server),
        interface: endpoint.interface,
      })),
      addresses: endpoint.vip,
      routerId: endpoint.routerId,
      vrrp: vrrpOf(endpoint.vrrp),
      keepPackage: haproxy?.package === "keep",
      cluster: name,
    },
    { parent, dependsOn: balancers },
  );
}

/** Where the API is reached from elsewhere. */
export function reachedAt({ endpoint }: Cluster, first: ClusterMachine) {
  if (!endpoint) return { address: first.host, port: 6443 };
  if (!isVirtual(endpoint)) return endpoint;
  const [address = ""] = addressesOf(endpoint);
  return { address: address.includes(":") ? `[${address}]` : address, port: endpoint.port };
}

/** Where a server answers to other machines; HAProxy takes no name. */
function addressOf({ nodeIp, config, host }: ClusterMachine): pulumi.Input<string> {
  const [own] = String(nodeIp ?? config["node-ip"] ?? "").split(",");
  return own || host;
}

function checkTimingOf({
  inter,
  fastinter,
  downinter,
  connect,
  check,
  ...times
}: Haproxy["timing"]): CheckTiming {
  return {
    ...times,
    interval: milliseconds(inter),
    fastInterval: milliseconds(fastinter),
    downInterval: milliseconds(downinter),
    connect: milliseconds(connect),
    answer: milliseconds(check),
  };
}

function vrrpOf(vrrp: VirtualEndpoint["vrrp"]): Vrrp {
  if (vrrp.version === 2) return vrrp;
  return { version: 3, advertInterval: milliseconds(vrrp.advertInterval) };
}

function hasIpv6(endpoint: VirtualEndpoint): boolean {
  return endpoint.vip.some(({ address }) => address.includes(":"));
}

function reached({ name, connection }: ClusterMachine) {
  return { name, connection };
}

function made(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new RandomPassword(name, { length: 32, special: false }, { parent }).result;
}
