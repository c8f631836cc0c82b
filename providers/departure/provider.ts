import type { Member } from "../connection";
import type { Drain } from "../drain";
import { evict, mayLeave } from "../evict";
import { inLine } from "../line";
import { type EtcdMember, healthyServer, membersOf } from "../members";
import { forget } from "../node/forget";
import { oneAtATime } from "../one-at-a-time";
import type { Resource, Tell } from "../wire";
import { lastLeaves, lastVotes } from "./last";
import { answering, emptied, stopped } from "./steps";

export interface DepartureInputs {
  cluster: string;
  servers: Member[];
  agents: Member[];
  /** How the pods of who leaves go elsewhere; absent where they just end. */
  drain?: Drain;
  /** How many agents may leave at once. */
  atOnce?: number;
  /** Of a cluster that has servers which were not made here, and goes on without those that were: how they leave it. */
  elsewhere?: { server: string; drain?: Drain; atOnce?: number };
  /** There when the machines were looked at, and all nodes that stay are as they are to be. */
  after?: string[];
}

/**
 * Who leaves a cluster that goes on: without pods, out of etcd, and unknown to the API, before its machine is cleared. A
 * cluster that is destroyed has none who stay, and nobody leaves it in this order; where it has servers elsewhere, all do.
 */
export const departure: Resource<DepartureInputs, object> = {
  createOnly: ["drain", "atOnce", "after"],
  // Who was to leave and did not is known by that.
  pending: ["servers", "agents"],
  changes: ({ servers: [first] }) => first,
  check: lastVotes,
  create: async ({ cluster }) => ({ id: `${cluster}/departure`, outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    await leave(inputs, old, tell);
    return {};
  },
  delete: async (_id, state, tell) => {
    if (!state.elsewhere) return;
    await leave({ ...state, ...state.elsewhere, servers: [], agents: [] }, state, tell);
  },
  cost: (_changed, old, inputs) => {
    const names = leaving([...old.servers, ...old.agents], inputs).map(({ name }) => name);
    if (names.length === 0) return undefined;
    if (inputs.servers.length + old.servers.length === 0)
      return `${names.join(", ")} will leave: no server is here that could tell the cluster, which keeps the node's object`;
    return `${names.join(", ")} will leave: ${inputs.drain ? "pods go elsewhere, and " : ""}the cluster forgets the node`;
  },
};

async function leave(inputs: DepartureInputs, old: DepartureInputs, tell: Tell): Promise<void> {
  const { cluster, atOnce = 1 } = inputs;
  const by = inputs.servers.length > 0 ? inputs : await byWhoLeaves(inputs, old);
  const agents = leaving(old.agents, inputs).map((agent) => {
    const place = { line: `${cluster}/leaving agents`, machine: agent.name, width: atOnce };
    return inLine(place, () => agentLeaves(agent, by, tell));
  });
  // None is left in the middle of it by the failure of another.
  const failed = (await Promise.allSettled(agents)).find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  const going = leaving(old.servers, inputs);
  for (const [index, server] of going.entries()) {
    const staying = inputs.servers.length > 0 ? inputs.servers : going.slice(index + 1);
    await oneAtATime(() =>
      staying.length > 0
        ? serverLeaves(server, { ...inputs, servers: staying }, old.servers, tell)
        : lastLeaves(server, inputs, tell),
    );
  }
}

/** Where all servers leave, agents do so first; pods can go elsewhere as long as one of the servers has a say. */
async function byWhoLeaves(inputs: DepartureInputs, { servers }: DepartureInputs): Promise<DepartureInputs> {
  const able = healthyServer(servers, await membersOf(servers));
  return { ...inputs, servers: able ? [able] : servers, drain: able && inputs.drain };
}

/** Those of the former members who are declared no more. */
function leaving(former: readonly Member[], { servers, agents }: DepartureInputs): Member[] {
  const staying = new Set([...servers, ...agents].map(({ name }) => name));
  return former.filter(({ name }) => !staying.has(name));
}

async function agentLeaves(agent: Member, inputs: DepartureInputs, tell: Tell): Promise<void> {
  const api = await answering(inputs.servers);
  if (!api) return;
  await emptied(agent, api, inputs, tell);
  await stopped(agent, "agent", inputs, tell);
  await forget(agent.name, api, tell, { elsewhere: inputs.elsewhere?.server });
}

async function serverLeaves(
  server: Member,
  inputs: DepartureInputs,
  former: readonly Member[],
  tell: Tell,
): Promise<void> {
  const all = [
    ...inputs.servers,
    ...former.filter(({ name }) => !inputs.servers.some((one) => one.name === name)),
  ];
  const isLeaving = ({ node }: EtcdMember) => node === server.name;
  const before = await membersOf(all);
  if (before.some(isLeaving)) mayLeave(before, server.name);
  const api = healthyServer(inputs.servers, before) ?? (await answering(inputs.servers));
  if (!api) return;
  await emptied(server, api, inputs, tell);
  // That may have taken minutes.
  const members = await membersOf(all);
  for (const member of members.filter(isLeaving)) await evict(member, members, all, tell);
  await stopped(server, "server", inputs, tell);
  await forget(server.name, api, tell, { elsewhere: inputs.elsewhere?.server });
}
