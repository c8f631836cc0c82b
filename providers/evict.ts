import { departureComplaint } from "../k3s/quorum";
import type { Member } from "./connection";
import { StepError } from "./failure";
import { type EtcdMember, healthyServer, moveLeader, recovery, removeMember, successorOf } from "./members";
import type { Tell } from "./wire";

/** Fails where those who stay would be too few. */
export function mayLeave(members: readonly EtcdMember[], node: string): void {
  const cause = departureComplaint(members, node);
  if (cause) throw new StepError({ machine: node, step: stepOf(node), cause, next: recovery(members) });
}

/** Takes a member out of etcd for good, where those who stay are enough; gives the server that did it. */
export async function evict(
  leaving: EtcdMember,
  members: readonly EtcdMember[],
  servers: readonly Member[],
  tell: Tell,
): Promise<Member> {
  const { node } = leaving;
  const step = stepOf(node);
  mayLeave(members, node);
  const others = servers.filter(({ name }) => name !== node);
  // One that nobody else can be asked for takes itself out.
  const via = healthyServer(others.length > 0 ? others : servers, members);
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

function stepOf(node: string): string {
  return `taking ${node} out of etcd`;
}
