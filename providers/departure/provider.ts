import type { Role } from "../../k3s/config";
import { unitName } from "../../k3s/unit";
import { RemoteError } from "../../remote/errors";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { type Drain, drain } from "../drain";
import { evict, mayLeave } from "../evict";
import { inLine } from "../line";
import { type EtcdMember, healthyServer, membersOf } from "../members";
import { forget } from "../node/forget";
import { oneAtATime } from "../one-at-a-time";
import type { Resource, Tell } from "../wire";

export interface DepartureInputs {
  cluster: string;
  servers: Member[];
  agents: Member[];
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
  pending: ["servers", "agents"],
  changes: ({ servers: [first] }) => first,
  create: async ({ cluster }) => ({ id: `${cluster}/departure`, outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    const { cluster, atOnce = 1 } = inputs;
    const agents = leaving(old.agents, inputs).map((agent) => {
      const place = { line: `${cluster}/leaving agents`, machine: agent.name, width: atOnce };
      return inLine(place, () => agentLeaves(agent, inputs, tell));
    });
    // None is left in the middle of it by the failure of another.
    const failed = (await Promise.allSettled(agents)).find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
    for (const server of leaving(old.servers, inputs))
      await oneAtATime(() => serverLeaves(server, inputs, old.servers, tell));
    return {};
  },
  cost: (_changed, old, inputs) => {
    const names = leaving([...old.servers, ...old.agents], inputs).map(({ name }) => name);
    if (names.length === 0) return undefined;
    return `${names.join(", ")} will leave: ${inputs.drain ? "pods go elsewhere, and " : ""}the cluster forgets the node`;
  },
};

/** Those of the former members who are declared no more. */
function leaving(former: readonly Member[], { servers, agents }: DepartureInputs): Member[] {
  const staying = new Set([...servers, ...agents].map(({ name }) => name));
  return former.filter(({ name }) => !staying.has(name));
}

async function agentLeaves(agent: Member, inputs: DepartureInputs, tell: Tell): Promise<void> {
  const api = await answering(inputs.servers);
  if (!api) return;
  await emptied(agent, api, inputs, tell);
  await stopped(agent, "agent", inputs.cluster, tell);
  await forget(agent.name, api, tell);
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
  await stopped(server, "server", inputs.cluster, tell);
  await forget(server.name, api, tell);
}

/** Pods of a machine that does not answer do not end; those that are to be elsewhere come there when it is forgotten. */
async function emptied(leaving: Member, api: Member, inputs: DepartureInputs, tell: Tell): Promise<void> {
  if (!inputs.drain || !(await answers(leaving))) return;
  await drain({ node: leaving.name, api, ...inputs.drain }, tell);
}

/** A node that runs on would make its object anew. */
async function stopped({ name, connection }: Member, role: Role, cluster: string, tell: Tell): Promise<void> {
  if (!(await answers({ name, connection }))) return;
  tell(`stopping ${name}`);
  const variables = { OWNER: `${cluster}/${name}`, UNIT: unitName(role) };
  await connect(name, connection).run(script("stop-node"), { variables, deadline: 120_000 });
}

/** Where none does, the first: what is asked of it will say why. */
async function answering(servers: readonly Member[]): Promise<Member | undefined> {
  for (const server of servers) if (await answers(server)) return server;
  return servers[0];
}

async function answers({ name, connection }: Member): Promise<boolean> {
  try {
    await connect(name, connection).hostKey();
    return true;
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}
