import type { Member } from "../connection";
import type { Drain } from "../drain";
import { inLine } from "../line";
import type { Former } from "../membership/former";
import { oneAtATime } from "../one-at-a-time";
import { keep } from "../staying";
import type { Resource } from "../wire";
import { agentLeaves, serverLeaves } from "./leave";

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
  /** There when the machines were looked at, and all nodes that stay are as they are to be. */
  after?: string[];
}

/**
 * Who leaves a cluster that goes on: without pods, out of etcd, and unknown to the API, before its machine is cleared. A
 * cluster that is destroyed has none who stay, and nobody leaves it in this order.
 */
export const departure: Resource<DepartureInputs, object> = {
  createOnly: ["drain", "atOnce", "after"],
  // Who was to leave and did not is known by that.
  pending: ["servers", "agents", "former"],
  changes: ({ servers: [first] }) => first,
  create: async ({ cluster }) => ({ id: `${cluster}/departure`, outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    const { cluster, atOnce = 1 } = inputs;
    const agents = undeclared(old.agents, inputs).map((agent) => {
      const place = { line: `${cluster}/leaving agents`, machine: agent.name, width: atOnce };
      return inLine(place, () => agentLeaves(agent, inputs, tell)).catch((error) => {
        keep(`${cluster}/${agent.name}`);
        throw error;
      });
    });
    // None is left in the middle of it by the failure of another.
    const failed = (await Promise.allSettled(agents)).find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
    const servers = leavingServers(old, inputs);
    for (const server of servers) await oneAtATime(() => serverLeaves(server, inputs, servers, tell));
    return {};
  },
  cost: (_changed, old, inputs) => {
    const names = [...leavingServers(old, inputs), ...undeclared(old.agents, inputs)].map(({ name }) => name);
    if (names.length === 0) return undefined;
    return `${names.join(", ")} will leave: ${inputs.drain ? "pods go elsewhere, and " : ""}the cluster forgets the node`;
  },
};

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
