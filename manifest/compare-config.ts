import { argumentName } from "../k3s/arguments";
import { machinesOf, poolsOf, type WrittenMachine } from "./every-machine";
import { type Found, isMap, valueAt, type Way } from "./place";

/** What is wrong between keys of `config` and the rest of the manifest. Values are not shown: some are passwords. */
export function compareConfig(manifest: unknown, machines: WrittenMachine[] = machinesOf(manifest)): Found[] {
  const ways = [...poolsOf(manifest).map(({ way }) => way), ...machines.map(({ way }) => way)];
  const below = ways.flatMap((way) => keysIn(manifest, [...way, "config"]));
  return [
    ...differing(manifest, machines),
    ...[...keysIn(manifest, ["config"]), ...below].flatMap((place) => twiceGiven(manifest, place)),
    ...machines.flatMap(twoAddresses),
    ...sharedAddresses(manifest),
  ];
}

interface Place {
  way: Way;
  key: string;
  value: unknown;
}

export function keysIn(manifest: unknown, way: Way): Place[] {
  const config = valueAt(manifest, way);
  if (!isMap(config) || Array.isArray(config)) return [];
  return Object.keys(config).map((key) => ({ way: [...way, key], key, value: config[key] }));
}

/** Servers that differ in these refuse to join, or take the cluster apart; agents do not read them. */
const critical = new Set([
  "cluster-domain",
  "disable-cloud-controller",
  "disable-helm-controller",
  "disable-kube-proxy",
  "disable-network-policy",
  "egress-selector-mode",
  "embedded-registry",
  "flannel-external-ip",
  "flannel-ipv6-masq",
  "secrets-encryption",
  "secrets-encryption-provider",
  "service-node-port-range",
]);

function differing(manifest: unknown, machines: WrittenMachine[]): Found[] {
  const servers = machines.filter(({ role }) => role === "server");
  const pools = poolsOf(manifest).map(({ way, map }) => ({ way, role: map.role }));
  return [...pools, ...machines].flatMap(({ way, role }) =>
    keysIn(manifest, [...way, "config"]).flatMap(({ way, key }): Found[] => {
      if (!critical.has(key.replace(/\+$/, ""))) return [];
      const values = new Set(servers.map((server) => JSON.stringify(effective(server, key))));
      // What every server says alike is what a manifest says that was checked once already.
      if (role === "server" && values.size === 1) return [];
      const message = `${key} must be the same on all servers: use config, at the top of the manifest`;
      return [{ way, message, atKey: true }];
    }),
  );
}

function effective({ machine, above }: WrittenMachine, key: string): unknown {
  return [machine, ...above]
    .map((level) => valueAt(level, ["config", key]))
    .find((value) => value !== undefined);
}

/** What has a list of arguments for a part of Kubernetes, by the key of k3s for the same. */
const lists: Record<string, Way> = {
  "kubelet-arg": ["kubelet", "args"],
  "kube-apiserver-arg": ["apiserver", "args"],
};

function twiceGiven(manifest: unknown, { way, key, value }: Place): Found[] {
  const list = Object.entries(lists).find(([known]) => known === key.replace(/\+$/, ""))?.[1];
  const args = list ? valueAt(manifest, list) : undefined;
  if (!list || !Array.isArray(args)) return [];
  const given = new Set(args.filter((each) => typeof each === "string").map(argumentName));
  return [value].flat().flatMap((each, index): Found[] => {
    if (typeof each !== "string" || !given.has(argumentName(each))) return [];
    const message = `${argumentName(each)} is also in ${list.join(".")}: keep one`;
    return [{ way: Array.isArray(value) ? [...way, index] : way, message }];
  });
}

function twoAddresses({ way, nodeIp, machine }: WrittenMachine): Found[] {
  return nodeIp !== undefined && valueAt(machine, ["config", "node-ip"]) !== undefined
    ? [
        {
          way: [...way, "config", "node-ip"],
          message: "nodeIp of this machine says this already: keep one",
          atKey: true,
        },
      ]
    : [];
}

function sharedAddresses(manifest: unknown): Found[] {
  const message = "every node needs an address of its own: use nodeIp, on the machine";
  return [[], ...poolsOf(manifest).map(({ way }) => way)]
    .map((way): Way => [...way, "config", "node-ip"])
    .filter((way) => valueAt(manifest, way) !== undefined)
    .map((way) => ({ way, message, atKey: true }));
}
