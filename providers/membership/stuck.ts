import { evict } from "../evict";
import { type EtcdMember, membersOf } from "../members";
import { askUntil } from "../settled";
import type { Tell } from "../wire";
import type { MembershipInputs } from "./provider";

type Around = Pick<MembershipInputs, "members" | "elsewhere">;

/** Milliseconds that a member is given to be heard of, which may be about to start. */
const patience = 15_000;

/** A learner of an earlier try that never started; it has no vote. */
export function isStuck({ unnamed, votes, heard }: EtcdMember): boolean {
  return unnamed === true && !votes && !heard;
}

/**
 * Takes such learners out of etcd before a server joins: it is not let in beside one, and k3s gives them five minutes. Gives
 * the members as they are then.
 */
export async function withoutStuck(
  { members: servers, elsewhere }: Around,
  tell: Tell,
): Promise<EtcdMember[]> {
  const reasons = (members: EtcdMember[]) => members.filter(isStuck).map(({ node }) => node);
  const members = await askUntil(() => membersOf(servers), { reasons, patience });
  for (const member of members.filter(isStuck)) await evict(member, { members, servers, elsewhere }, tell);
  return members.filter((member) => !isStuck(member));
}
