import { StepError } from "../failure";
import { type Held, heldBy } from "../held";
import type { EtcdMember } from "../members";
import type { MembershipInputs } from "./provider";

/** What the servers hold beside what is declared, by what was asked for last. */
export async function turnOf(inputs: MembershipInputs, old: MembershipInputs): Promise<Held[]> {
  if (old.elsewhere) return [];
  // What is made for a value comes only once, so that what is declared with that value again is none of before.
  return heldOf(inputs, isBack(inputs, old) && !inputs.tokenGiven ? "" : inputs.token);
}

/** What the servers hold beside a token. */
export async function heldOf(
  { cluster, members, elsewhere }: MembershipInputs,
  token: string,
): Promise<Held[]> {
  // Those of a cluster elsewhere are not ours to turn.
  return elsewhere ? [] : heldBy(members, { cluster, token });
}

/** What is to be remembered of the value before, to which a turn that has not come to its end may be taken back. */
export function turnedFrom(inputs: MembershipInputs, old: MembershipInputs) {
  const from = inputs.rotate === old.rotate ? old.turnedFrom : old.rotate;
  return from ? { turnedFrom: from } : {};
}

/** Where the last run had another value; that the one before is there again may mean that nothing is to be turned. */
export function isBack(inputs: MembershipInputs, old: MembershipInputs): boolean {
  return inputs.rotate !== old.rotate && inputs.rotate === old.turnedFrom;
}

/** Why what is declared are not the cluster's tokens, where no turn is coming that makes them so. */
export function tokenComplaint(
  inputs: MembershipInputs,
  old: MembershipInputs,
  held: readonly Held[],
): string[] {
  const back = isBack(inputs, old);
  if (inputs.rotate !== old.rotate && !back) return [];
  const others = held.filter(({ held, file }) => held === "other" || (back && file === "other"));
  if (others.length === 0) return [];
  const names = others.map(({ name }) => name).join(", ");
  const other = inputs.tokenGiven ? ", and another token with it" : "";
  const complaint = new StepError({
    machine: inputs.cluster,
    step: "looking at the tokens",
    cause:
      `token differs from cluster: ${names} was told another one than is declared, by hand (k3s token rotate) or by a turn ` +
      "that was taken back before its end; servers that join or restart would be refused",
    next:
      "run rotation: give the turn that was taken back again (tokens.rotate and tokens as they were then), " +
      `or tokens.rotate a value that it never had${other}`,
  });
  return [complaint.message];
}

/** Whether all that a turn waits for is that servers get the tokens, which the cluster has already. */
export function isTold(held: readonly Held[]): boolean {
  return held.some((server) => server.held === "declared");
}

/** Members of etcd as they will be: those that cannot start with the tokens of before are mended by the turn itself. */
export function mended(members: readonly EtcdMember[], held: readonly Held[]): EtcdMember[] {
  if (!isTold(held)) return [...members];
  const late = held.filter(({ file }) => file !== "declared").map(({ name }) => name);
  return members.map((member) => {
    const { trouble, ...well } = member;
    return member.there && late.includes(member.node) ? well : member;
  });
}
