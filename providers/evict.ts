import { departureComplaint } from "../k3s/quorum";
import { recovery } from "../k3s/recovery";
import type { Member } from "./connection";
import { StepError } from "./failure";
import { type EtcdMember, healthyServer, moveLeader, removeMember, successorOf } from "./members";
import { forget } from "./node/forget";
import type { Tell } from "./wire";

/** The etcd that a member leaves. */
export interface Left {
  members: readonly EtcdMember[];
  /** Who may be asked. */
  servers: readonly Member[];
  /** Set where it has members that were not made here. */
  elsewhere?: unknown;
}

/** Fails where those who stay would be too few. */
export function mayLeave({ members, elsewhere }: Omit<Left, "servers">, node: string): void {
  const cause = departureComplaint(members, node);
  if (!cause) return;
  throw new StepError({ machine: node, step: stepOf(node), cause, next: recovery(members, elsewhere) });
}

/** Takes a member out of etcd for good, where those who stay are enough; gives the server that did it. */
export async function evict(leaving: EtcdMember, left: Left, tell: Tell): Promise<Member> {
  const { node } = leaving;
  const { members, servers } = left;
  const step = stepOf(node);
  mayLeave(left, node);
  const others = servers.filter(({ name }) => name !== node);
  // One that nobody else can be asked for takes itself out.
  const via = healthyServer(others.length > 0 ? others : servers, members, tell);
  if (!via)
    throw new StepError({
      machine: node,
      step,
      cause: "no other server answers",
      next: "see why, then run this again",
    });
  tell(step);
  const successor = successorOf(node, members);
  const own = servers.find(({ name }) => name === node);
  if (leaving.leads && !leaving.trouble && own && successor) await moveLeader(own, successor);
  await removeMember(leaving, via);
  return via;
}

/** Has the whole cluster forget a server that is gone: etcd, and then the API. */
export async function disown(gone: EtcdMember, left: Left, tell: Tell): Promise<void> {
  const via = await evict(gone, left, tell);
  await forget(gone.node, via, tell);
}

function stepOf(node: string): string {
  return `taking ${node} out of etcd`;
}
