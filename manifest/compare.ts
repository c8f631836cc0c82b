import { compareBalancer } from "./compare-balancer";
import { compareConfig } from "./compare-config";
import { compareEndpoint } from "./compare-endpoint";
import { compareJoin } from "./compare-join";
import { compareNetwork } from "./compare-network";
import { compareReset } from "./compare-reset";
import { compareSnapshots } from "./compare-snapshots";
import { balancersOf, machinesOf, poolsOf, type WrittenMachine } from "./every-machine";
import { type Found, isMap, pathOf, valueAt } from "./place";
import { shown } from "./shown";

/**
 * What is wrong between fields. It reads the manifest as it was written, since these mistakes are to be reported
 * together with those of single fields.
 */
export function compare(manifest: unknown): Found[] {
  const machines = machinesOf(manifest);
  const balancers = balancersOf(manifest);
  const all = [...machines, ...balancers];
  return [
    ...(valueAt(manifest, ["join"]) === undefined ? noServers(manifest) : compareJoin(manifest, machines)),
    ...repeated(all, "name", ({ name }) => name, "names must differ in more than case"),
    ...repeated(all, "host", addressOf, "every one needs a machine of its own"),
    ...repeated(machines, "nodeIp", ({ nodeIp }) => nodeIp, "every node needs an address of its own"),
    ...repeatedPools(manifest),
    ...datastoreFields(manifest, machines),
    ...halves(manifest),
    ...compareConfig(manifest, machines),
    ...compareNetwork(manifest, machines, balancers),
    ...compareSnapshots(manifest, machines),
    ...compareEndpoint(manifest, machines, balancers),
    ...compareBalancer(manifest, machines, balancers),
    ...compareReset(manifest),
  ];
}

const needServers =
  "a cluster needs at least one; with 1 nothing may fail, with 3 one server may, with 5 two; use 1, 3 or 5; pulumi destroy removes a cluster";

function noServers(manifest: unknown): Found[] {
  if (!isMap(manifest) || Array.isArray(manifest)) return [];
  const listed = valueAt(manifest, ["servers"]) === undefined ? [] : valueAt(manifest, ["servers"]);
  // Servers that are something else than a list, or no maps, are mistakes of their own.
  if (!Array.isArray(listed) || listed.length > 0) return [];
  const pooled = poolsOf(manifest).filter(({ map }) => map.role !== "agent");
  if (pooled.some(({ map }) => !Array.isArray(map.machines) || map.machines.length > 0)) return [];
  return [{ way: ["servers"], message: `0 servers: ${needServers}` }];
}

function repeated(
  machines: WrittenMachine[],
  field: string,
  of: (machine: WrittenMachine) => string | undefined,
  why: string,
) {
  const first = new Map<string, WrittenMachine>();
  return machines.flatMap((machine): Found[] => {
    const value = of(machine);
    if (value === undefined) return [];
    const other = first.get(value.toLowerCase());
    if (other === undefined) {
      first.set(value.toLowerCase(), machine);
      return [];
    }
    const message = `${shown(value)} is also ${pathOf([...other.way, field])}: ${why}`;
    return [{ way: [...machine.way, field], message }];
  });
}

/** Behind one address, machines may differ by their port. */
function addressOf({ machine, above, host }: WrittenMachine): string | undefined {
  if (host === undefined) return undefined;
  const [port = 22] = [machine, ...above]
    .map((level) => valueAt(level, ["ssh", "port"]))
    .filter((each) => each);
  return port === 22 ? host : `${host} port ${String(port)}`;
}

function repeatedPools(manifest: unknown): Found[] {
  const names = poolsOf(manifest).map(({ map }) => map.name);
  return poolsOf(manifest).flatMap(({ way, map }, index): Found[] => {
    const first = names.indexOf(map.name);
    if (typeof map.name !== "string" || first === index) return [];
    return [
      {
        way: [...way, "name"],
        message: `${shown(map.name)} is also pools[${first}].name: pools have names of their own`,
      },
    ];
  });
}

/** Never shows an endpoint: it holds a password. */
function datastoreFields(manifest: unknown, machines: WrittenMachine[]): Found[] {
  const datastore = valueAt(manifest, ["datastore"]);
  if (!isMap(datastore) || Array.isArray(datastore)) return [];
  const { kind = "etcd" } = datastore;
  const way = ["datastore"];
  const at = (key: string, message: string): Found => ({ way: [...way, key], message });
  const present = (key: string) => datastore[key] !== undefined && datastore[key] !== null;
  const servers = machines.filter(({ role }) => role === "server").length;
  if (kind === "sqlite" && servers > 1)
    return [
      at(
        "kind",
        `sqlite is a file on one server, and there are ${servers}: use etcd or external, or one server`,
      ),
    ];
  if (kind !== "external")
    return ["endpoint", "caFile", "certFile", "keyFile"].filter(present).map((key) => ({
      ...at(key, `only a datastore of kind external has it; this one is ${shown(kind)}`),
      atKey: true,
    }));
  return [
    ...(present("endpoint")
      ? []
      : [at("endpoint", "missing: a datastore of kind external needs its address")]),
    ...pair(datastore, "certFile", "keyFile").map((key) =>
      at(key, "missing: a certificate and its key belong together"),
    ),
  ];
}

/** Certificates without keys, and the other way round. */
function halves(manifest: unknown): Found[] {
  const configs = valueAt(manifest, ["registries", "configs"]);
  if (!isMap(configs)) return [];
  return Object.keys(configs).flatMap((name): Found[] => {
    const way = ["registries", "configs", name];
    const message = "missing: a certificate and its key belong together";
    const auth = pair(valueAt(manifest, [...way, "auth"]), "username", "password");
    return [
      ...pair(valueAt(manifest, [...way, "tls"]), "cert_file", "key_file").map((key) => ({
        way: [...way, "tls", key],
        message,
      })),
      ...auth.map((key) => ({
        way: [...way, "auth", key],
        message: "missing: a user and its password belong together",
      })),
    ];
  });
}

/** Which of two keys is missing beside the other. */
function pair(map: unknown, one: string, other: string): string[] {
  if (!isMap(map) || (map[one] === undefined) === (map[other] === undefined)) return [];
  return [map[one] === undefined ? one : other];
}
