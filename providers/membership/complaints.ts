import { departureComplaint, lostQuorum, quorum, removalComplaint, troubles } from "../../k3s/quorum";
import { alarmComplaint, recovery } from "../../k3s/recovery";
import { etcdComplaint, upgradeComplaint } from "../../k3s/upgrade";
import type { Left } from "../evict";
import { atStep, StepError } from "../failure";
import type { Held } from "../held";
import { type Etcd, type EtcdMember, etcdOf } from "../members";
import { settledEtcd } from "../settled";
import type { Tell } from "../wire";
import { type Asked, askedOf, askedSince } from "./asked";
import { type Former, goneOf, isDeadFormer, votersOf } from "./former";
import type { MembershipInputs } from "./provider";
import { planned, type Reset } from "./reset-plan";
import { isStuck } from "./stuck";
import { heldOf, mended } from "./turn";

/** Milliseconds that a look gives etcd to be well. */
const passing = 5_000;

export const silent: Etcd = { members: [], listed: false, without: [], untold: [] };

/** Those who are to leave know it as well, where nobody else does. */
export async function toldBy(
  { servers, members }: MembershipInputs,
  old: MembershipInputs,
  tell: Tell,
): Promise<Etcd> {
  const etcd = await settledEtcd(members, passing, tell);
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
  held: readonly Held[];
}

/** Why servers must not come, go or change as they are to. */
export function complaints(
  inputs: MembershipInputs,
  old: MembershipInputs,
  { etcd, former, held }: Found,
  tell: Tell,
): string[] {
  const { cluster, allowSingleServer: toOne, elsewhere } = inputs;
  const known = etcd.members;
  const alarm = alarmComplaint(known);
  if (alarm) return refused(cluster, "looking at etcd", alarm);
  const asked = askedSince(inputs, old);
  const voters = afterTurn(inputs, old, known, held);
  const lost = lostQuorum(voters);
  const next = recovery(known, elsewhere);
  const all = known.filter(({ votes }) => votes);
  const here = all.filter(({ there }) => there).length;
  // Who is there and only does not run is started by what comes after.
  if (lost && (here < quorum(all.length) || asked.upgrades || asked.turns))
    return refused(cluster, "looking at etcd", { cause: lost, next });
  // Where there are servers elsewhere those that were declared say nothing of how many there are.
  const counted = etcd.listed || !elsewhere;
  const { before, after } = counted ? votersOf(inputs, old, former, etcd) : { before: [], after: [] };
  const removal = removalComplaint(before, after, { toOne });
  if (removal) return [removal];
  if (lost) {
    tell.warn(`${cluster}: ${lost}: ${next}`);
    return [];
  }
  const leaving = before.filter((name) => !after.includes(name));
  const unable = removing(inputs, known, leaving);
  return unable.length > 0
    ? unable
    : unready(inputs, old, staying(voters, { ...inputs, former: [...former] }, old), asked);
}

/** Why an update that has failed must not go on: what it has still to do is judged by what was there before. */
export async function unfinished(
  inputs: MembershipInputs,
  old: MembershipInputs,
  tell: Tell,
): Promise<string[]> {
  const asked = await askedOf(inputs, old);
  if (!asked.upgrades && !asked.turns) return [];
  const [{ members }, held] = await Promise.all([
    settledEtcd(inputs.members, passing, tell),
    heldOf(inputs, inputs.token),
  ]);
  return unready(inputs, old, staying(afterTurn(inputs, old, members, held), inputs, old), asked);
}

/** A turn that was cut off may be what servers wait for that are ill. */
function afterTurn(
  inputs: MembershipInputs,
  old: MembershipInputs,
  known: EtcdMember[],
  held: readonly Held[],
): EtcdMember[] {
  const turns = inputs.rotate !== old.rotate && inputs.version === old.version;
  return turns ? mended(known, held) : known;
}

/** Those who are dead and declared no more are taken out of etcd before anything else is done. */
function staying(
  known: readonly EtcdMember[],
  inputs: MembershipInputs,
  old: MembershipInputs,
): EtcdMember[] {
  return known.filter((member) => !isDeadFormer(member, inputs, old));
}

/** Why nothing is to be upgraded or rotated, where either is asked for. */
function unready(
  inputs: MembershipInputs,
  old: MembershipInputs,
  known: readonly EtcdMember[],
  { upgrades, turns }: Asked,
): string[] {
  if (!upgrades && !turns) return [];
  const complaint = upgrades ? unfitFor(inputs, old.version, known) : unwhole(known, inputs.elsewhere);
  return complaint ? refused(inputs.cluster, upgrades ? "upgrading" : "rotating the tokens", complaint) : [];
}

/** Why these members cannot leave, one after the other. */
export function removing(
  { cluster, elsewhere }: Pick<MembershipInputs, "cluster"> & Pick<Left, "elsewhere">,
  known: readonly EtcdMember[],
  leaving: readonly string[],
): string[] {
  const { members, cause } = leaving.reduce<Removal>(afterwards, { members: known });
  return cause ? refused(cluster, "removing servers", { cause, next: recovery(members, elsewhere) }) : [];
}

/** Why nothing is to be upgraded while etcd is as it is, or nothing. */
export function unfitFor(
  { version, elsewhere }: Pick<MembershipInputs, "version" | "elsewhere">,
  from: string,
  known: readonly EtcdMember[],
) {
  // A version that nodes cannot go to at all is theirs to refuse, with the one that is next.
  return (
    unwhole(known, elsewhere) ?? (upgradeComplaint(from, version) ? undefined : etcdComplaint(known, version))
  );
}

function unwhole(known: readonly EtcdMember[], elsewhere?: boolean) {
  // Who never started is taken out before anything is done.
  const ill = troubles(known.filter((member) => !isStuck(member)));
  return ill.length > 0
    ? { cause: `etcd is not whole: ${ill.join(", ")}`, next: recovery(known, elsewhere) }
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
