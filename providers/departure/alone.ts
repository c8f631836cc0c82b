import { etcdOf } from "../members";
import { remains } from "../node/forget";
import type { NodeInputs } from "../node/provider";
import { oneAtATime } from "../one-at-a-time";
import { leavesInOrder, staying } from "../staying";
import type { Tell } from "../wire";
import { leavesByItself } from "./last";
import { isOurs } from "./ours";

/**
 * A server that is removed from a cluster which goes on elsewhere, where the run that it joined in failed before there was a
 * Departure: it takes itself out, by its own machine alone, as the last one does. Who has left is no member, and is not asked.
 */
export async function leavesAlone(state: NodeInputs, tell: Tell): Promise<void> {
  const { cluster, config, connection, elsewhere } = state;
  const { name, role } = config;
  if (role !== "server" || !elsewhere || staying(cluster) || leavesInOrder(cluster)) return;
  const server = { name, connection };
  await oneAtATime(async () => {
    const etcd = await etcdOf([server]);
    if (etcd.without.includes(name)) return;
    if (etcd.members.length === 0) return tell.warn(remains(name, unasked));
    if (!(await isOurs(server, cluster, tell))) return;
    tell.warn(
      `${name} joined in a run that failed, and leaves the cluster elsewhere by itself; its pods end`,
    );
    const inputs = { cluster, servers: [], agents: [], elsewhere: { server: elsewhere } };
    await leavesByItself(server, etcd, inputs, tell);
  });
}

const unasked = "it cannot be asked whether it is a member of etcd; etcd there may still count it";
