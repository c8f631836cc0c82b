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
    return stage === "done" ? ["what etcd was to begin again with is done: take it out of the manifest"] : [];
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
  const { cluster, version, rotate, allowSingleServer: toOne } = inputs;
  const known = etcd.members;
  const changes = version !== old.version || rotate !== old.rotate;
  const lost = lostQuorum(known);
  const next = recovery(known);
  const here = known.filter(({ there }) => there).length;
  // Who is there and only does not run is started by what comes after.
  if (lost && (here < quorum(known.length) || changes))
    return refused(cluster, "looking at etcd", { cause: lost, next });
  // Where there are servers elsewhere those that were declared say nothing of how many there are.
  const counted = etcd.listed || !inputs.elsewhere;
  const { before, after } = counted ? votersOf(inputs, old, former, etcd) : { before: [], after: [] };
  const removal = removalComplaint(before, after, { toOne });
  if (removal) return [removal];
  if (lost) {
    tell.warn(`${cluster}: ${lost}: ${next}`);
    return [];
  }
  const leaving = before.filter((name) => !after.includes(name));
  const unable = removing(cluster, known, leaving);
  if (unable.length > 0 || !changes) return unable;
  const upgrades = version !== old.version;
  const complaint = upgrades ? unfitFor(version, old.version, known) : unwhole(known);
  return complaint ? refused(cluster, upgrades ? "upgrading" : "rotating the tokens", complaint) : [];
}

/** Why these members cannot leave, one after the other. */
export function removing(
  cluster: string,
  known: readonly EtcdMember[],
  leaving: readonly string[],
): string[] {
  const { members, cause } = leaving.reduce<Removal>(afterwards, { members: known });
  return cause ? refused(cluster, "removing servers", { cause, next: recovery(members) }) : [];
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
