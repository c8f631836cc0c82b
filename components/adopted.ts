import type * as pulumi from "@pulumi/pulumi";
import { parseToken } from "../k3s/token";
import type { Cluster } from "./cluster-args";
import type { K3sServerArgs } from "./k3s-server";
import { runsOn } from "./node";

/** What the machines are to run with, each of which may run a k3s of somebody else already. */
export function adopted(cluster: Cluster) {
  const [first] = cluster.servers;
  if (!cluster.adopt || !first) return undefined;
  const { servers, agents, tlsSans, disable, datastore, registries, proxy } = cluster;
  const common = { registries, proxy };
  const ofServers = { role: "server" as const, tlsSans, disable, datastore, ...openHealth(cluster) };
  const nodes = [
    ...servers.map((one) => [one.name, runsOn(one.name, { ...one, ...common }, ofServers)] as const),
    ...agents.map((one) => [one.name, runsOn(one.name, { ...one, ...common }, { role: "agent" })] as const),
  ];
  return { first: first.name, nodes: Object.fromEntries(nodes) };
}

/** Its tokens come to a machine that joins by what it joins. */
export function mayRun({ adopt }: Cluster): Pick<K3sServerArgs, "adopt"> {
  return adopt ? { adopt: [] } : {};
}

/** The tokens that are not declared are those that the first server has. */
export function takenOver({ adopt, token, agentToken }: Cluster): Pick<K3sServerArgs, "adopt"> {
  if (!adopt) return {};
  return { adopt: [...(token ? [] : ["token" as const]), ...(agentToken ? [] : ["agentToken" as const])] };
}

/** As servers take their agent token: its full form would become the password. */
export function passwordOf(token: pulumi.Output<string>): pulumi.Output<string> {
  return token.apply((its) => parseToken(its).password);
}

/** How strangers may ask the servers whether they are ready. */
export function openHealth({ haproxy }: Cluster): Pick<K3sServerArgs, "healthCheck"> {
  return haproxy && haproxy.healthCheck !== "any-401" ? { healthCheck: haproxy.healthCheck } : {};
}
