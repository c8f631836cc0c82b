import { departureComplaint, lostQuorum, quorum, removalComplaint, troubles } from "../../k3s/quorum";
import { etcdComplaint, upgradeComplaint } from "../../k3s/upgrade";
import { atStep, StepError } from "../failure";
import { type Etcd, type EtcdMember, etcdOf, recovery } from "../members";
import type { Tell } from "../wire";
import { type Former, goneOf, votersOf } from "./former";
import type { MembershipInputs } from "./provider";
import { planned, type Reset } from "./reset-plan";

export const silent: Etcd = { members: [], listed: false, without: [] };

/** Those who are to leave know it as well, where nobody else does. */
export async function toldBy({ servers, members }: MembershipInputs, old: MembershipInputs): Promise<Etcd> {
  const etcd = await etcdOf(members);
  const gone = goneOf(servers, old);
  return etcd.members.length > 0 || gone.length === 0 ? etcd : etcdOf([...members, ...gone]);
}

/** Why etcd cannot begin again as it is asked for; it need not have a quorum, and is not asked. */
export async function begins(reset: Reset, { cluster, members }: MembershipInputs): Promise<string[]> {
  try {
    const { stage } = await planned(reset, { cluster, servers: members });
    return stage === "done" ? ["this was done before: give it another turn, or take it out"] : [];
  } catch (error) {
    return [atStep("looking at the servers", error).message];
  }
}

interface Found {
  /** What the servers say of it as it is now. */
  etcd: Etcd;
  former: readonly Former[];
}

/** Why servers must not come, go or change as they are to. */
export function complaints(
  inputs: MembershipInputs,
  old: MembershipInputs,
  { etcd, former }: Found,
  tell: Tell,
): string[] {
  const { before, after } = votersOf(inputs, old, former, etcd);
  const removal = removalComplaint(before, after, { toOne: inputs.allowSingleServer });
  if (removal) return [removal];
  const leaving = before.filter((name) => !after.includes(name));
  return live(inputs, old, { known: etcd.members, leaving }, tell);
}

function live(
  { cluster, version, rotate }: MembershipInputs,
  old: MembershipInputs,
  { known, leaving }: { known: readonly EtcdMember[]; leaving: readonly string[] },
  tell: Tell,
): string[] {
  const lost = lostQuorum(known);
  const next = recovery(known);
  const changes = version !== old.version || rotate !== old.rotate;
  if (lost) {
    const here = known.filter(({ there }) => there).length;
    if (here < quorum(known.length) || changes)
      return refused(cluster, "looking at etcd", { cause: lost, next });
    tell.warn(`${cluster}: ${lost}: ${next}`);
    return [];
  }
  const removal = leaving.reduce<Removal>(afterwards, { members: known });
  if (removal.cause)
    return refused(cluster, "removing servers", { cause: removal.cause, next: recovery(removal.members) });
  if (!changes) return [];
  const upgrades = version !== old.version;
  const complaint = upgrades ? unfitFor(version, old.version, known) : unwhole(known);
  return complaint ? refused(cluster, upgrades ? "upgrading" : "rotating the tokens", complaint) : [];
}

/** Why nothing is to be upgraded while etcd is as it is, or nothing. */
export function unfitFor(version: string, from: string, known: readonly EtcdMember[]) {
  // A version that nodes cannot go to at all is theirs to refuse, with the one that is next.
  return unwhole(known) ?? (upgradeComplaint(from, version) ? undefined : etcdComplaint(known, version));
}

function unwhole(known: readonly EtcdMember[]) {
  const ill = troubles(known);
  return ill.length > 0
    ? { cause: `etcd is not whole: ${ill.join(", ")}`, next: recovery(known) }
    : undefined;
}

interface Removal {
  members: readonly EtcdMember[];
  cause?: string;
}

/** Who is left after one more has gone, unless those are too few. */
function afterwards({ members, cause }: Removal, name: string): Removal {
  const complaint = cause ?? departureComplaint(members, name);
  if (complaint) return { members, cause: complaint };
  return { members: members.filter(({ node }) => node !== name) };
}

function refused(cluster: string, step: string, { cause, next }: { cause: string; next: string }) {
  return [new StepError({ machine: cluster, step, cause, next }).message];
}
