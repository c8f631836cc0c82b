import { isIPv6 } from "node:net";
import { Trouble } from "./errors";
import { type Setting, settingsOf, valuesOf } from "./ssh-config";
import {
  addressOf,
  defaultConnectTimeout,
  defaultPort,
  defaultUser,
  type Endpoint,
  type Hop,
  type SshTarget,
} from "./target";

/** What the text of a configuration refers to. */
export interface Surroundings {
  home: string;
  /** Who runs this process. */
  localUser: string;
  exists(path: string): boolean;
  include(pattern: string): string[];
}

/** A hop as far as it can be told without the others. */
type Place = Omit<Hop, "via" | "connectTimeout">;

/** The way to a machine, itself last: what the target says, then the configuration, then the defaults. */
export function resolve(target: SshTarget, text: string, around: Surroundings): Hop[] {
  const settings = settingsOf(text, around.include);
  const { connectTimeout = defaultConnectTimeout } = target;
  const hops = target.bastions
    ? [...target.bastions, target].map((endpoint) => hopOf(endpoint, settings, around))
    : chain(target, settings, around, []);
  return hops.map((hop, index) => ({ ...hop, connectTimeout, via: hops.slice(0, index).map(addressOf) }));
}

/** The hops to an endpoint by ProxyJump: the first jump may have one of its own, as with `ssh -J`. */
function chain(endpoint: Endpoint, settings: Setting[], around: Surroundings, seen: string[]): Place[] {
  const { host } = endpoint;
  if (seen.includes(host)) throw unusable(host, `its ProxyJump leads back to ${host}`);
  const [first, ...others] = jumpsOf(host, settings);
  const before = first ? chain(first, settings, around, [...seen, host]) : [];
  return [...before, ...[...others, endpoint].map((each) => hopOf(each, settings, around))];
}

function jumpsOf(host: string, settings: Setting[]): Endpoint[] {
  const [value = "none"] = valuesOf(settings, host, "proxyjump")[0] ?? [];
  if (value.toLowerCase() === "none") return [];
  const jumps = value.split(",").map((each) => jump(host, each));
  // `Host *` may send all through a bastion, which is not to go through itself.
  return jumps.some((each) => each.host === host) ? [] : jumps;
}

function jump(host: string, text: string): Endpoint {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[(.+)\]|([^:[\]]+))(?::(\d+))?\/?$/.exec(text.trim()) ?? [];
  const name = bracketed ?? plain;
  // Only an address of IPv6 has colons.
  if (!name || (name.includes(":") && !isIPv6(name)))
    throw unusable(host, `its ProxyJump ${JSON.stringify(text)} is not of the form user@host:port`);
  return { host: name, ...(user && { user }), ...(port && { port: portIn(host, port) }) };
}

function hopOf(endpoint: Endpoint, settings: Setting[], around: Surroundings): Place {
  const all = (name: string) => valuesOf(settings, endpoint.host, name);
  const first = (name: string) => all(name)[0]?.[0];
  const port = first("port");
  const user = endpoint.user ?? first("user") ?? defaultUser;
  const host = first("hostname")?.replace(/%[%h]/g, (token) => (token === "%%" ? "%" : endpoint.host));
  const hop = {
    ...endpoint,
    host: host ?? endpoint.host,
    port: endpoint.port ?? (port === undefined ? defaultPort : portIn(endpoint.host, port)),
    user,
  };
  const path = (text: string) => expanded(text, hop, around);
  const knownHosts = all("userknownhostsfile")[0]?.map(path);
  const identityFile = all("identityfile")
    .map(([file = ""]) => path(file))
    .find(around.exists);
  const identitiesOnly = first("identitiesonly")?.toLowerCase() === "yes";
  return {
    ...hop,
    configured: {
      ...(identityFile && { identityFile }),
      ...(identitiesOnly && { identitiesOnly }),
      ...(knownHosts && { knownHosts: knownHosts.filter((file) => file !== "none") }),
    },
  };
}

function expanded(text: string, { host, user }: Pick<Hop, "host" | "user">, around: Surroundings): string {
  const tokens: Record<string, string> = { "%": "%", d: around.home, h: host, r: user, u: around.localUser };
  return text
    .replace(/^~(?=\/|$)/, () => around.home)
    .replace(/%([%dhru])/g, (_, token: string) => tokens[token] ?? "");
}

function portIn(host: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw unusable(host, `${JSON.stringify(text)} is no port`);
}

function unusable(host: string, reason: string): Trouble {
  return new Trouble({
    kind: "failed",
    cause: `ssh's configuration of ${host} cannot be used: ${reason}`,
    remedy: "Correct the file, or leave it out by configFile: false and give host, port, user and bastions.",
  });
}
