import { proxyFor } from "../manifest/proxy";
import { bytes } from "../manifest/units";
import type { Part } from "../providers/preflight/scene";
import { adopted } from "./adopted";
import { needed } from "./balancers";
import type { Cluster, Reached } from "./cluster-args";

export function probed(role: Part, machines: Reached[]) {
  return Object.fromEntries(machines.map(({ name, connection }) => [name, { role, connection }]));
}

/** What the machines are looked at for. */
export function lookedAt(cluster: Cluster) {
  const { version, artifacts, network, minima, preflight, servers, agents, proxy, datastore } = cluster;
  const { mirror } = artifacts;
  const announced = [...servers, ...agents].flatMap(({ name, nodeIp }) => (nodeIp ? [[name, nodeIp]] : []));
  return {
    version,
    mirror,
    mirrorProxy: proxy?.apply((its) => proxyFor(mirror, its)),
    etcd: datastore === undefined,
    adopt: adopted(cluster),
    flannelBackend: network.flannelBackend,
    balancers: needed(cluster),
    findings: preflight,
    minima: { server: least(minima.server), agent: least(minima.agent) },
    nodeIps: Object.fromEntries(announced) as Record<string, string>,
  };
}

function least({ cpus, memory, disk }: Cluster["minima"]["server"]) {
  return {
    ...(cpus ? { cpus } : {}),
    ...(memory ? { memoryMiB: bytes(memory) / 2 ** 20 } : {}),
    ...(disk ? { diskGiB: bytes(disk) / 2 ** 30 } : {}),
  };
}
