import { canonical } from "../balancer/subnets";
import { familyOf } from "../balancer/values";
import { advertIntervalOf } from "../balancer/vrrp";
import { defaultHealthCheck } from "./compare-balancer";
import type { Datastore } from "./datastore";
import { addressesOf, type Endpoint, isVirtual } from "./endpoint";
import { type Haproxy, haproxySettings } from "./haproxy";
import type { Network } from "./network";
import type { Declared, Hooks, Machine, MachineSsh, Manifest } from "./schema";
import { parsedTaint, sameTaint, type Taint } from "./taints";

type Ssh = Declared["servers"][number]["ssh"];

/** What machines have in common, of a pool or at the top. */
type Shared = Pick<Declared["pools"][number], "ssh" | "labels" | "taints" | "config" | "hooks">;

/**
 * Says on each machine what holds for it, so that nobody has to look in two places. What comes out is a manifest
 * again, and stays as it is when it is checked a second time.
 */
export function normalise({ ssh, labels, config, hooks, pools, ...declared }: Declared): Manifest {
  const { network, datastore, proxy, endpoint: where, haproxy, ...plain } = declared;
  const endpoint = where ? endpointOf(where) : undefined;
  const asked = isVirtual(endpoint) || declared.balancers.length > 0;
  const balancer = haproxy || (asked ? haproxySettings.parse({}) : undefined);
  const top = { ssh, labels, taints: [], config: {}, hooks };
  // The configuration at the top is the servers': an agent would refuse most of it.
  const shared = { server: { ...top, config }, agent: top };
  const members = (role: "server" | "agent", listed: Declared["servers"]) => [
    ...listed.map((machine) => complete(machine, [shared[role]])),
    ...pools
      .filter((pool) => pool.role === role)
      .flatMap((pool) => pool.machines.map((machine) => complete(machine, [shared[role], pool]))),
  ];
  return {
    ...given(plain),
    servers: members("server", declared.servers),
    agents: members("agent", declared.agents),
    balancers: declared.balancers.map((one) => ({ ...given(one), ssh: sshOf([ssh, one.ssh]) })),
    tlsSans: [...new Set([...addressesOf(endpoint), ...declared.tlsSans])],
    network: networkOf(network),
    datastore: datastoreOf(datastore),
    ...(proxy ? { proxy: { ...given(proxy), noProxy: [proxy.noProxy].flat() } } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(balancer ? { haproxy: haproxyOf(balancer, declared.version) } : {}),
  };
}

/** @param above what the machine inherits, the furthest first */
function complete(machine: Declared["servers"][number], above: Shared[]): Machine {
  const all = [...above, machine];
  return {
    ...given(machine),
    ssh: sshOf(all.map(({ ssh }) => ssh)),
    labels: Object.assign({}, ...all.map(({ labels }) => labels)),
    taints: taintsOf(all.map(({ taints }) => taints.map(parsedTaint))),
    config: Object.assign({}, ...all.map(({ config }) => config)),
    hooks: {
      before: all.flatMap(({ hooks }) => listed(hooks).before),
      after: all.flatMap(({ hooks }) => listed(hooks).after),
    },
  };
}

function sshOf(all: Ssh[]): MachineSsh {
  const { bastion, ...rest } = Object.assign({}, ...all.map(given)) as Ssh;
  return { ...rest, ...(bastion ? { bastion: [bastion].flat().map(given) } : {}) };
}

/** Of two taints that Kubernetes would not let stand beside each other, the one nearer to the machine stays. */
function taintsOf([first = [], ...nearer]: Taint[][]): Taint[] {
  return nearer.reduce(
    (kept, next) => [...kept.filter((taint) => !next.some((other) => sameTaint(taint, other))), ...next],
    first,
  );
}

function networkOf({ clusterCidr, serviceCidr, clusterDns, ...rest }: Declared["network"]): Network {
  return {
    ...given(rest),
    clusterCidr: [clusterCidr].flat(),
    serviceCidr: [serviceCidr].flat(),
    ...(clusterDns ? { clusterDns: [clusterDns].flat() } : {}),
  };
}

/** That the fields belong together has been checked. */
function endpointOf({
  address = "",
  port,
  vip,
  label,
  vrrp,
  ...rest
}: NonNullable<Declared["endpoint"]>): Endpoint {
  if (!vip) return { address, port: port ?? 6443 };
  const all = [vip]
    .flat()
    .map((one) => (typeof one === "string" ? { address: one } : given(one)))
    .map((one) => ({ ...one, address: canonical(one.address) }));
  return {
    ...given(rest),
    vip: all.map((one) => (label && familyOf(one.address) === 4 ? { label, ...one } : one)),
    port: port ?? 8443,
    vrrp:
      vrrp?.version === 2
        ? { version: 2, password: vrrp.password ?? "" }
        : { version: 3, advertInterval: vrrp?.advertInterval ?? `${advertIntervalOf({ version: 3 })} ms` },
  };
}

function haproxyOf(
  { healthCheck, ...rest }: Exclude<Declared["haproxy"], false | undefined>,
  version: string,
): Haproxy {
  const stats = rest.stats && given(rest.stats);
  return { ...rest, stats, healthCheck: healthCheck ?? defaultHealthCheck(version) };
}

/** That the fields fit the kind has been checked. */
function datastoreOf(datastore: Declared["datastore"]): Datastore {
  return given(datastore) as Datastore;
}

/** A key that an inline object holds as undefined does not hide a default. */
function given<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

function listed({ before, after }: Declared["hooks"]): Hooks {
  return { before: [before].flat(), after: [after].flat() };
}
