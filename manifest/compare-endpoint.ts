import { addressOf, inNetworkOf, isEdgeOf, isKnown, sameAddress } from "../balancer/subnets";
import { familyOf } from "../balancer/values";
import { labelComplaint, labelText } from "../balancer/virtual-addresses";
import { advertIntervalOf, checkedCheck, vipCheck } from "../balancer/vrrp";
import { blocksOf } from "./compare-network";
import type { WrittenMachine } from "./every-machine";
import { defaultClusterCidr, defaultServiceCidr } from "./network";
import { type Found, isMap, pathOf, valueAt, type Way } from "./place";
import { shown } from "./shown";
import { milliseconds } from "./units";

/** What is wrong between the fields of endpoint, and between virtual addresses and the rest of the manifest. */
export function compareEndpoint(
  manifest: unknown,
  machines: WrittenMachine[],
  balancers: WrittenMachine[],
): Found[] {
  const endpoint = valueAt(manifest, ["endpoint"]);
  if (!isMap(endpoint) || Array.isArray(endpoint)) return [];
  const present = (key: string) => endpoint[key] !== undefined && endpoint[key] !== null;
  const at = (key: string, message: string): Found => ({ way: ["endpoint", key], message, atKey: true });
  if (present("address") && present("vip"))
    return [
      at(
        "vip",
        "address is there, too: the API is reached at a balancer of yours, or at a virtual address; keep one",
      ),
    ];
  if (!present("vip") && endpoint.address === undefined)
    return [
      at(
        "address",
        "missing: where a balancer of yours answers; or vip instead of it, an address that moves",
      ),
    ];
  if (!present("vip"))
    return ["interface", "label", "routerId", "vrrp", "check"]
      .filter(present)
      .map((key) => at(key, "only a virtual address has it: use vip instead of address"));
  const servers = machines.filter(({ role }) => role === "server");
  const [who, owners] = balancers.length > 0 ? ["balancer", balancers] : ["server", servers];
  if (owners.length === 1) {
    const enough = who === "server" ? "2 servers or more, 3 to survive losing one" : "2 balancers or more";
    return [at("vip", `1 ${who} has nobody to give the address to: use ${enough}`)];
  }
  return [
    ...vrrpFields(endpoint.vrrp),
    ...checkFields(endpoint.check),
    ...addresses(manifest, endpoint, [...machines, ...balancers]),
    ...families(endpoint, owners, `the ${who}s`),
  ];
}

function vrrpFields(vrrp: unknown): Found[] {
  if (!isMap(vrrp)) return [];
  const { version = 3, advertInterval, password } = vrrp;
  const at = (key: string, message: string, atKey = true): Found => ({
    way: ["endpoint", "vrrp", key],
    message,
    atKey,
  });
  if (version === 2)
    return [
      ...(password === undefined ? [at("password", "missing: version 2 of VRRP needs one")] : []),
      ...(advertInterval === undefined
        ? []
        : [at("advertInterval", "only version 3 has it: with version 2 it is 1 s")]),
    ];
  return [
    ...(password === undefined
      ? []
      : [at("password", "only version 2 has it: version 3 of VRRP knows none")]),
    ...(typeof advertInterval === "string" ? interval(advertInterval) : []),
  ];
}

function interval(text: string): Found[] {
  const time = milliseconds(text);
  if (Number.isNaN(time)) return [];
  try {
    advertIntervalOf({ version: 3, advertInterval: time });
    return [];
  } catch (error) {
    const way = ["endpoint", "vrrp", "advertInterval"];
    return [{ way, message: `in milliseconds, ${(error as Error).message}` }];
  }
}

function checkFields(check: unknown): Found[] {
  if (!isMap(check)) return [];
  const { interval, timeout } = check;
  const given = { interval, timeout };
  const times = Object.entries(given).flatMap(([key, text]) => {
    const time = typeof text === "string" ? milliseconds(text) : Number.NaN;
    return Number.isNaN(time) ? [] : [[key, time] as const];
  });
  try {
    checkedCheck({ ...vipCheck, ...Object.fromEntries(times) });
    return [];
  } catch (error) {
    return [
      { way: ["endpoint", "check"], message: `in milliseconds, ${(error as Error).message}`, atKey: true },
    ];
  }
}

interface Virtual {
  way: Way;
  text: string;
  interface: unknown;
  label: unknown;
}

function addresses(
  manifest: unknown,
  endpoint: Record<PropertyKey, unknown>,
  machines: WrittenMachine[],
): Found[] {
  if (Array.isArray(endpoint.vip) && endpoint.vip.length === 0)
    return [
      { way: ["endpoint", "vip"], message: "an empty list: leave the key out to have no virtual address" },
    ];
  const all = virtualsOf(endpoint);
  return all.flatMap((virtual, index) => [
    ...edge(virtual),
    ...twice(virtual, all.slice(0, index)),
    ...ofMachine(virtual, machines),
    ...inCluster(virtual, manifest),
    ...labelled(virtual),
  ]);
}

function virtualsOf(endpoint: Record<PropertyKey, unknown>): Virtual[] {
  return [endpoint.vip].flat().flatMap((entry, index) => virtualOf(endpoint, entry, index));
}

/** What is no address with a prefix is told elsewhere. */
function virtualOf(endpoint: Record<PropertyKey, unknown>, entry: unknown, index: number): Virtual[] {
  const at = Array.isArray(endpoint.vip) ? ["endpoint", "vip", index] : ["endpoint", "vip"];
  const own = isMap(entry) ? entry : {};
  const text = isMap(entry) ? entry.address : entry;
  if (typeof text !== "string" || !text.includes("/") || !isKnown(text)) return [];
  const shared = familyOf(text) === 4 ? endpoint.label : undefined;
  const { interface: device = endpoint.interface, label = shared } = own;
  return [{ way: isMap(entry) ? [...at, "address"] : at, text, interface: device, label }];
}

function edge({ way, text }: Virtual): Found[] {
  const message = `${shown(text)} is the first or last of its network, which no machine has: use another address in it`;
  return isEdgeOf(text, text) ? [{ way, message }] : [];
}

function twice({ way, text }: Virtual, before: Virtual[]): Found[] {
  const other = before.find((each) => sameAddress(each.text, text));
  return other ? [{ way, message: `${shown(text)} is also ${pathOf(other.way)}: each address once` }] : [];
}

function ofMachine({ way, text }: Virtual, machines: WrittenMachine[]): Found[] {
  const owners = machines.flatMap(({ way: machine, host, nodeIp }) =>
    Object.entries({ host, nodeIp })
      .filter(([, its]) => its !== undefined && sameAddress(its, text))
      .map(([field]) => pathOf([...machine, field])),
  );
  const [first] = owners;
  return first ? [{ way, message: `${shown(text)} is also ${first}: it must be no machine's own` }] : [];
}

function inCluster({ way, text }: Virtual, manifest: unknown): Found[] {
  const blocks = [
    ...(blocksOf(manifest, "clusterCidr", defaultClusterCidr) ?? []),
    ...(blocksOf(manifest, "serviceCidr", defaultServiceCidr) ?? []),
  ];
  const block = blocks.find((each) => inNetworkOf(text, each.text));
  if (!block) return [];
  const message = `${shown(text)} is inside ${block.of} ${block.text}: use an address of the machines' network`;
  return [{ way, message }];
}

function labelled({ way, text, interface: device, label }: Virtual): Found[] {
  // What is no label is told elsewhere.
  if (typeof label !== "string" || !labelText.test(label)) return [];
  // How long the name of an interface is that is yet to be found, nobody knows.
  const room = typeof device === "string" ? device : "";
  const complaint = labelComplaint(label, room, text);
  return complaint ? [{ way, message: complaint }] : [];
}

/** @param who "the servers" or "the balancers" */
function families(endpoint: Record<PropertyKey, unknown>, owners: WrittenMachine[], who: string): Found[] {
  const all = virtualsOf(endpoint);
  const own = owners.flatMap(({ nodeIp, host = "" }) => addressOf(nodeIp ?? host) ?? []);
  const [family, ...others] = [...new Set(own.map(({ family }) => family))];
  const at = (message: string): Found[] => [{ way: ["endpoint", "vip"], message, atKey: true }];
  if (!family || all.length === 0) return [];
  if (others.length > 0)
    return at(
      `${who}' addresses are of both families, and they must agree in one${who === "the servers" ? ": give nodeIp of one family" : ""}`,
    );
  if (valueAt(endpoint.vrrp, ["version"]) === 2 && family === 6)
    return at(`${who} have IPv6 addresses, and version 2 of VRRP has none: use version 3`);
  if (all.some(({ text }) => familyOf(text) === family)) return [];
  return at(`${who} have IPv${family} addresses, so that one of the virtual addresses must be one, too`);
}
