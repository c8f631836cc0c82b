import type { Member } from "../connection";
import type { Drain } from "../drain";
import { inLine } from "../line";
import { healthyServer, membersOf } from "../members";
import type { Former } from "../membership/former";
import { oneAtATime } from "../one-at-a-time";
import { haveLeave, keep } from "../staying";
import type { Resource, Tell } from "../wire";
import { lastLeaves, lastVotes } from "./last";
import { agentLeaves, serverLeaves } from "./leave";
import { nobodyOf, ours } from "./ours";

export interface DepartureInputs {
  cluster: string;
  servers: Member[];
  agents: Member[];
  /** Who was a server at some time, also where it joined in a run that failed, of which nothing else is known here. */
  former?: Former[];
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
  pending: ["servers", "agents", "former"],
  changes: ({ servers: [first] }) => first,
  check: lastVotes,
  create: async (inputs, tell) => {
    const { cluster, former = [] } = inputs;
    // They joined in runs that failed before there was a departure.
    if (former.length > 0) await leave(inputs, { cluster, servers: [], agents: [] }, tell);
    return { id: `${cluster}/departure`, outputs: {} };
  },
  update: async (_id, inputs, old, tell) => {
    await leave(inputs, old, tell);
    return {};
  },
  delete: async (_id, state, tell) => {
    const { elsewhere, former: _, ...known } = state;
    if (!elsewhere) return;
    await leave({ ...known, ...elsewhere, elsewhere, servers: [], agents: [] }, state, tell);
  },
  cost: (_changed, old, inputs) => {
    const names = [...leavingServers(old, inputs), ...undeclared(old.agents, inputs)].map(({ name }) => name);
    if (names.length === 0) return undefined;
    if (inputs.servers.length + old.servers.length === 0)
      return `${names.join(", ")} will leave: no server is here that could tell the cluster, which keeps the node's object`;
    return `${names.join(", ")} will leave: ${inputs.drain ? "pods go elsewhere, and " : ""}the cluster forgets the node`;
  },
};

async function leave(inputs: DepartureInputs, old: DepartureInputs, tell: Tell): Promise<void> {
  const { cluster, atOnce = 1 } = inputs;
  haveLeave(cluster);
  const going = leavingServers(old, inputs);
  const leavingAgents = undeclared(old.agents, inputs);
  if (going.length + leavingAgents.length === 0) return;
  const stay = inputs.servers.length > 0;
  const own = await ours([...inputs.servers, ...going], cluster, tell);
  const asked = { ...inputs, servers: inputs.servers.filter(isAmong(own)) };
  if (stay && asked.servers.length === 0) throw nobodyOf(cluster);
  const ownGoing = going.filter(isAmong(own));
  const by = stay ? asked : await byWhoLeaves(inputs, ownGoing, tell);
  const agents = leavingAgents.map((agent) => {
    const place = { line: `${cluster}/leaving agents`, machine: agent.name, width: atOnce };
    return inLine(place, () => agentLeaves(agent, by, tell)).catch((error) => {
      keep(`${cluster}/${agent.name}`);
      throw error;
    });
  });
  // None is left in the middle of it by the failure of another.
  const failed = (await Promise.allSettled(agents)).find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  if (!stay) return allLeave(going, ownGoing, inputs, tell);
  for (const server of going) await oneAtATime(() => serverLeaves(server, asked, ownGoing, tell));
}

function isAmong(members: readonly Member[]): (one: Member) => boolean {
  const names = new Set(members.map(({ name }) => name));
  return ({ name }) => names.has(name);
}

/** Where all servers leave, agents do so first; pods can go elsewhere as long as one of the servers has a say. */
async function byWhoLeaves(
  inputs: DepartureInputs,
  going: readonly Member[],
  tell: Tell,
): Promise<DepartureInputs> {
  const able = healthyServer(going, await membersOf(going), tell);
  return { ...inputs, servers: able ? [able] : [...going], drain: able && inputs.drain };
}

/** Each is let go by those that go after it; first those that cannot leave by themselves, since their machines are another's. */
async function allLeave(
  going: readonly Member[],
  own: readonly Member[],
  inputs: DepartureInputs,
  tell: Tell,
): Promise<void> {
  const isOwn = isAmong(own);
  const inOrder = [...going.filter((one) => !isOwn(one)), ...own];
  for (const [index, server] of inOrder.entries()) {
    const servers = inOrder.slice(index + 1).filter(isOwn);
    const work = () =>
      servers.length > 0
        ? serverLeaves(server, { ...inputs, servers }, own, tell)
        : lastLeaves(server, inputs, tell);
    await oneAtATime(work).catch((error) => {
      for (const { name } of inOrder.slice(index)) keep(`${inputs.cluster}/${name}`);
      throw error;
    });
  }
}

/** Those of the former members who are declared no more. */
function undeclared<M extends Member>(former: readonly M[], { servers, agents }: DepartureInputs): M[] {
  const staying = new Set([...servers, ...agents].map(({ name }) => name));
  return former.filter(({ name }) => !staying.has(name));
}

/** Whom the last departure has let go is on the list of former servers, too. */
function leavingServers(old: DepartureInputs, inputs: DepartureInputs): Member[] {
  const { former: left = [] } = old;
  const isNew = ({ name, id }: Former) => !left.some((one) => one.name === name && one.id === id);
  const all: Former[] = [...(inputs.former ?? []).filter(isNew), ...old.servers];
  const first = ({ name }: Former, index: number) => all.findIndex((one) => one.name === name) === index;
  return undeclared(all.filter(first), inputs);
}
