import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Listener } from "../balancer/haproxy-text";
import type { CheckTiming } from "../balancer/timing";
import type { VipCheck, Vrrp } from "../balancer/vrrp";
import { addressesOf, isVirtual, type VirtualEndpoint } from "../manifest/endpoint";
import type { Haproxy } from "../manifest/haproxy";
import { milliseconds } from "../manifest/units";
import type { Balancers } from "../providers/preflight/scene";
import type { Cluster, ClusterMachine, Reached } from "./cluster-args";
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
type Frontend = (machine: Reached, listeners: Listener[]) => HaProxyFrontend;

/** The same; gives where the machine itself then reaches the API. */
type Local = (machine: ClusterMachine) => pulumi.Output<string>;

/** What the machines are to have for them; nothing where there are none. */
export function needed({ haproxy, endpoint, balancers }: Cluster): Balancers | undefined {
  if (!haproxy) return undefined;
  const { port, stats } = haproxy;
  const metrics = stats && typeof stats.metrics === "object" ? [stats.metrics] : [];
  const pages = stats ? [stats, ...metrics] : [];
  const open = pages.filter(({ address }) => !/^(127\.|::1$)/.test(address)).map((page) => page.port);
  const taken = pages.map((page) => page.port);
  const fronts = endpoint ? [endpoint.port] : [];
  const none = { ports: [], open: [] };
  const front = { ports: [...taken, ...fronts], open: [...open, ...fronts] };
  const apart = balancers.length > 0;
  const server = isVirtual(endpoint) && !apart ? { ...front, ports: [port, ...front.ports] } : none;
  const balancer = apart ? front : none;
  return {
    ports: { server: server.ports, agent: [port, ...taken], balancer: balancer.ports },
    open: { server: server.open, agent: open, balancer: balancer.open },
    ...(isVirtual(endpoint)
      ? {
          vip: {
            role: apart ? "balancer" : "server",
            ...{ addresses: endpoint.vip, interface: endpoint.interface, port: endpoint.port },
          },
        }
      : {}),
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
  const frontend: Frontend = (machine, listeners) =>
    new HaProxyFrontend(
      machine.name,
      {
        ...common,
        connection: machine.connection,
        listeners,
        peers: servers.filter((server) => server.name !== machine.name).map(reached),
      },
      { parent },
    );
  // Not its own url, which is a secret where the machine's password is.
  const local: Local = (machine) =>
    frontend(machine, [localListener(port)]).ready.apply(() => `https://127.0.0.1:${port}`);
  return { statsPassword, frontend, local };
}

/** The machines whose HAProxy stands in front of the servers. */
export function standInFront<Server extends Reached>(
  { haproxy, endpoint }: Cluster,
  servers: readonly Server[],
  balancers: readonly Reached[],
): readonly (Server | Reached)[] {
  if (!haproxy || balancers.length > 0) return balancers;
  return isVirtual(endpoint) ? servers : [];
}

/**
 * The HAProxys in front of the servers, on balancers or on the servers themselves, and the address that moves between them,
 * where one is asked for. Done when these work.
 */
export function inFront(
  name: string,
  cluster: Cluster,
  servers: ClusterMachine[],
  balancers: Reached[],
  frontend: Frontend | undefined,
  parent: pulumi.Resource,
): pulumi.Output<unknown> | undefined {
  const { endpoint, haproxy } = cluster;
  if (!haproxy || !frontend || !endpoint) return undefined;
  const owners: readonly Owner[] = standInFront(cluster, servers, balancers);
  if (owners.length === 0) return undefined;
  const apart = balancers.length > 0;
  const six = [...addressesOf(endpoint), ...owners.map(addressOf)].some(isIpv6);
  // The address is on one of them at a time, and the others are to listen already.
  const front = { address: six ? "::" : "*", port: endpoint.port };
  const listeners = apart ? [front] : [localListener(haproxy.port), front];
  const fronts = owners.map((owner) => frontend(owner, listeners));
  if (!isVirtual(endpoint)) return pulumi.all(fronts.map(({ ready }) => ready));
  const vip = new KeepalivedVip(
    name,
    {
      machines: owners.map((owner) => ({
        ...reached(owner),
        address: addressOf(owner),
        interface: endpoint.interface,
      })),
      addresses: endpoint.vip,
      routerId: endpoint.routerId,
      vrrp: vrrpOf(endpoint.vrrp),
      check: vipCheckOf(endpoint.check),
      keepPackage: haproxy.package === "keep",
      cluster: name,
    },
    { parent, dependsOn: fronts },
  );
  return vip.ready;
}

function localListener(port: number): Listener {
  return { address: "127.0.0.1", port };
}

/** Where the API is reached from elsewhere. */
export function reachedAt({ endpoint }: Cluster, first: ClusterMachine) {
  if (!endpoint) return { address: first.host, port: 6443 };
  if (!isVirtual(endpoint)) return endpoint;
  const [address = ""] = addressesOf(endpoint);
  return { address: address.includes(":") ? `[${address}]` : address, port: endpoint.port };
}

/** Who may have the address. */
type Owner = Reached & Partial<Pick<ClusterMachine, "nodeIp" | "config">>;

/** Where a machine answers to others; HAProxy takes no name. */
function addressOf({ nodeIp, config, host }: Owner): pulumi.Input<string> {
  const [own] = String(nodeIp ?? config?.["node-ip"] ?? "").split(",");
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

function vipCheckOf({ interval, timeout, ...times }: VirtualEndpoint["check"]): VipCheck {
  return { ...times, interval: milliseconds(interval), timeout: milliseconds(timeout) };
}

function vrrpOf(vrrp: VirtualEndpoint["vrrp"]): Vrrp {
  if (vrrp.version === 2) return vrrp;
  return { version: 3, advertInterval: milliseconds(vrrp.advertInterval) };
}

/** One that is not known yet is none. */
function isIpv6(address: pulumi.Input<string>): boolean {
  return typeof address === "string" && address.includes(":");
}

function reached({ name, connection }: Reached) {
  return { name, connection };
}

function made(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new RandomPassword(name, { length: 32, special: false }, { parent }).result;
}
