import type { HealthCheck } from "../balancer/haproxy-checks";
import { addressOf } from "../balancer/subnets";
import { argumentName } from "../k3s/arguments";
import { minorOf } from "../k3s/requirements";
import { keysIn } from "./compare-config";
import type { WrittenMachine } from "./every-machine";
import { type Found, isMap, valueAt, type Way } from "./place";
import { shown } from "./shown";

/** What is wrong between HAProxy, its ports and the rest of the manifest. */
export function compareBalancer(
  manifest: unknown,
  machines: WrittenMachine[],
  balancers: WrittenMachine[],
): Found[] {
  const virtual = hasVip(manifest);
  const haproxy = valueAt(manifest, ["haproxy"]);
  if (haproxy === false && virtual)
    return [
      {
        way: ["haproxy"],
        message: "false, and endpoint.vip is an address in front of HAProxy: leave out haproxy or vip",
      },
    ];
  const apart = balancers.length > 0;
  if (apart && haproxy === false)
    return [{ way: ["haproxy"], message: "false, and balancers are machines for it: leave out one of them" }];
  if (!isMap(haproxy) && !virtual && !apart) return [];
  const servers = machines.filter(({ role }) => role === "server");
  return [
    ...(apart ? unfound(manifest) : []),
    ...samePorts(manifest, virtual, apart),
    ...servers.flatMap(nameless),
    ...(virtual ? balancers.flatMap(unnumbered) : []),
    ...healthCheck(manifest, servers),
  ];
}

export function hasVip(manifest: unknown): boolean {
  const vip = valueAt(manifest, ["endpoint", "vip"]);
  return vip !== undefined && vip !== null;
}

/** The oldest minor release that knows anonymous access to some paths alone without a feature gate. */
const anonymousPathsSince = 32;

export function defaultHealthCheck(version: string): HealthCheck {
  return knowsAnonymousPaths(version) ? "anonymous-health" : "anonymous-auth";
}

function knowsAnonymousPaths(version: string): boolean {
  return (minorOf(version) ?? anonymousPathsSince) >= anonymousPathsSince;
}

/** Those that k3s takes by itself. */
const taken = [6443, 6444, 10250, 2379, 2380, 2381, 2382, 10248, 10249, 10256, 10257, 10258, 10259];

/** Balancers that nobody speaks to. */
function unfound(manifest: unknown): Found[] {
  if (isMap(valueAt(manifest, ["endpoint"]))) return [];
  const message =
    "nobody finds them without endpoint: give vip, an address that moves between them, or address, one that leads to them";
  return [{ way: ["balancers"], message, atKey: true }];
}

/** @param apart whether the endpoint is on machines of its own, without k3s */
function samePorts(manifest: unknown, virtual: boolean, apart: boolean): Found[] {
  const stats = valueAt(manifest, ["haproxy", "stats"]);
  const metrics = isMap(valueAt(manifest, ["haproxy", "stats", "metrics"]));
  const pages: Place[] = [
    ...(stats === false ? [] : [{ way: ["haproxy", "stats", "port"], otherwise: 1936 }]),
    ...(metrics ? [{ way: ["haproxy", "stats", "metrics", "port"] }] : []),
  ];
  const own = { way: ["haproxy", "port"], otherwise: 16443 };
  const front = { way: ["endpoint", "port"], otherwise: virtual ? 8443 : 6443 };
  const nodes = [own, ...pages, ...(virtual && !apart ? [front] : [])];
  const repeated = [...twice(manifest, nodes), ...(apart ? twice(manifest, [...pages, front]) : [])];
  return [
    ...new Map(repeated.map((found) => [found.message, found])).values(),
    ...nodes.flatMap(({ way }) => takenByK3s(way, valueAt(manifest, way))),
  ];
}

/** A port of the manifest, and what it is where nothing is written. */
interface Place {
  way: Way;
  otherwise?: number;
}

/** Those that are on one machine. */
function twice(manifest: unknown, places: Place[]): Found[] {
  const first = new Map<unknown, Way>();
  return places.flatMap(({ way, otherwise }): Found[] => {
    const written = valueAt(manifest, way);
    const port = written ?? otherwise;
    const other = first.get(port);
    if (other) {
      // Of two, the one that was written is the one to be changed.
      const at = written === undefined ? other : way;
      return [
        { way: at, message: `${shown(port)} is also ${(at === way ? other : way).join(".")}: one port each` },
      ];
    }
    if (port !== undefined) first.set(port, way);
    return [];
  });
}

function takenByK3s(way: Way, port: unknown): Found[] {
  if (!taken.includes(port as number)) return [];
  return [{ way, message: `${shown(port)} is a port of k3s itself: use another` }];
}

/** keepalived speaks to addresses. */
function unnumbered({ way, host }: WrittenMachine): Found[] {
  if (host === undefined || addressOf(host) || host.endsWith(".invalid")) return [];
  return [{ way: [...way, "host"], message: `${shown(host)} is a name, and keepalived wants the address` }];
}

/** HAProxy looks a name up once, and without an answer does not start. */
function nameless({ way, nodeIp, host, machine, above }: WrittenMachine): Found[] {
  const inConfig = [machine, ...above].some((level) => valueAt(level, ["config", "node-ip"]) !== undefined);
  if (nodeIp !== undefined || inConfig || host === undefined) return [];
  // A name that cannot be is that of an address that is not known yet.
  if (addressOf(host) || host.endsWith(".invalid")) return [];
  const message = `${shown(host)} is a name, and HAProxy wants addresses of servers: give nodeIp, too`;
  return [{ way: [...way, "host"], message }];
}

function healthCheck(manifest: unknown, servers: WrittenMachine[]): Found[] {
  const way = ["haproxy", "healthCheck"];
  const written = valueAt(manifest, way);
  const version = valueAt(manifest, ["version"]);
  const known = typeof version === "string" ? version : "";
  if (written === "anonymous-health" && !knowsAnonymousPaths(known))
    return [
      { way, message: `anonymous-health needs v1.${anonymousPathsSince}: use anonymous-auth or any-401` },
    ];
  const mode = written ?? defaultHealthCheck(known);
  const args = argsOf(manifest, servers);
  const names = args.map(({ name }) => name);
  if (mode === "anonymous-health" && !names.includes("authentication-config"))
    return args.filter(({ name }) => name === "anonymous-auth" || name.startsWith("oidc-")).map(beside);
  if (mode === "anonymous-auth")
    return args
      .filter(({ name, text }) => name === "authentication-config" || text === "anonymous-auth=false")
      .map(({ way, name }) => ({
        way,
        message: `${name} says otherwise than haproxy.healthCheck, anonymous-auth: take it out, or use any-401`,
      }));
  return [];
}

interface Argument {
  way: Way;
  name: string;
  text: string;
}

function beside({ way, name }: Argument): Found {
  return {
    way,
    message:
      `${name} cannot stand beside the authentication-config that haproxy.healthCheck, anonymous-health, gives the servers: ` +
      "use any-401, or an authentication-config of yours that opens /livez, /readyz and /healthz",
  };
}

/** The arguments of the API server, wherever they are given. */
function argsOf(manifest: unknown, servers: WrittenMachine[]): Argument[] {
  const pools = servers.flatMap(({ way }) => (way[0] === "pools" ? [way.slice(0, 2)] : []));
  const ways: Way[] = [
    [],
    ...new Map(pools.map((way) => [way.join(), way])).values(),
    ...servers.map(({ way }) => way),
  ];
  const keys = ways
    .flatMap((way) => keysIn(manifest, [...way, "config"]))
    .filter(({ key }) => key.replace(/\+$/, "") === "kube-apiserver-arg");
  const lists = [
    { way: ["apiserver", "args"] as Way, value: valueAt(manifest, ["apiserver", "args"]) },
    ...keys,
  ];
  return lists.flatMap(({ way, value }) =>
    [value].flat().flatMap((text, index): Argument[] => {
      if (typeof text !== "string") return [];
      return [{ way: Array.isArray(value) ? [...way, index] : way, name: argumentName(text), text }];
    }),
  );
}
