import { departureComplaint, lostQuorum, quorum, removalComplaint, troubles } from "../../k3s/quorum";
import { etcdComplaint, upgradeComplaint } from "../../k3s/upgrade";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { evict } from "../evict";
import { advised, StepError } from "../failure";
import { isHere, takenOut } from "../leaving";
import { minutes, type Release, stage } from "../machine/stage";
import { type Etcd, type EtcdMember, etcdOf, healthyServer, membersOf, recovery } from "../members";
import { forget } from "../node/forget";
import { heldVersion } from "../node/version";
import { staysWith } from "../staying";
import type { Checked, Resource, Tell } from "../wire";
import { type Former, formerOf, goneOf, votersOf } from "./former";

export interface MembershipInputs {
  cluster: string;
  servers: string[];
  /** What all nodes run. */
  version: string;
  /** Whether the cluster's state is in a database of the user's, so that servers have no vote; they have by default. */
  external?: boolean;
  /** Whether one of two servers may leave; by default it may not. */
  allowSingleServer?: boolean;
  /** The machines of the servers. */
  members: Member[];
  /** Who was a server and is to leave; found out by the look at the inputs. */
  former?: Former[];
  /** What all machines are to hold before the first of them changes. */
  releases: (Member & Release)[];
  /** Who is refused by the look at the machines never was a member. */
  preflight?: string;
}

export type MembershipOutputs = Record<string, never>;

/** Who is a server, and what all of them run: refuses, in a preview already, what would cost the quorum. */
export const membership: Resource<MembershipInputs, MembershipOutputs> = {
  createOnly: ["cluster", "external", "allowSingleServer", "members", "releases", "preflight"],
  // What was not prepared is to be prepared by the next run.
  pending: ["servers", "version"],
  // Who is removed from the state has forgotten its machines, and changes none.
  changes: ({ members = [] }) => members[0],
  check: async (inputs, old, tell) => {
    staysWith(inputs.cluster, inputs.members);
    if (inputs.servers.length === 0)
      return { mistakes: ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"] };
    if (!old) return {};
    const etcd = inputs.external ? silent : await toldBy(inputs, old);
    const former = formerOf(inputs, old, etcd);
    if (inputs.external) return { learned: { former } };
    const { before, after } = votersOf(inputs, old, former, etcd);
    const removal = removalComplaint(before, after, { toOne: inputs.allowSingleServer });
    if (removal) return { mistakes: [removal] };
    const leaving = before.filter((name) => !after.includes(name));
    return { ...live(inputs, old, { known: etcd.members, leaving }, tell), learned: { former } };
  },
  create: async () => ({ id: "membership", outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    const { members, servers, external, former = [] } = inputs;
    if (!external) {
      const known = await membersOf(members);
      const were = [...old.servers, ...former.map(({ name }) => name)];
      const gone = known.filter(
        ({ node, trouble }) => trouble && were.includes(node) && !servers.includes(node),
      );
      // Who joins is not let in beside one that does not answer.
      for (const member of gone) await leave(member, inputs, tell);
    }
    if (inputs.version !== old.version) await prepare(inputs, old.version, tell);
    return {};
  },
};

const silent: Etcd = { members: [], listed: false, without: [] };

/** Those who are to leave know it as well, where nobody else does. */
async function toldBy({ servers, members }: MembershipInputs, old: MembershipInputs): Promise<Etcd> {
  const etcd = await etcdOf(members);
  const gone = goneOf(servers, old);
  return etcd.members.length > 0 || gone.length === 0 ? etcd : etcdOf([...members, ...gone]);
}

/** What the servers say of etcd as it is now. */
function live(
  { cluster, version }: MembershipInputs,
  old: MembershipInputs,
  { known, leaving }: { known: readonly EtcdMember[]; leaving: readonly string[] },
  tell: Tell,
): Checked<MembershipInputs> {
  const lost = lostQuorum(known);
  const next = recovery(known);
  if (lost) {
    const here = known.filter(({ there }) => there).length;
    if (here < quorum(known.length) || version !== old.version)
      return refused(cluster, "looking at etcd", { cause: lost, next });
    tell.warn(`${cluster}: ${lost}: ${next}`);
    return {};
  }
  const removal = leaving.reduce<Removal>(afterwards, { members: known });
  if (removal.cause)
    return refused(cluster, "removing servers", { cause: removal.cause, next: recovery(removal.members) });
  const complaint = version === old.version ? undefined : unfitFor(version, old.version, known);
  return complaint ? refused(cluster, "upgrading", complaint) : {};
}

/** Why nothing is to be upgraded while etcd is as it is, or nothing. */
function unfitFor(version: string, from: string, known: readonly EtcdMember[]) {
  const ill = troubles(known);
  if (ill.length > 0) return { cause: `etcd is not whole: ${ill.join(", ")}`, next: recovery(known) };
  // A version that nodes cannot go to at all is theirs to refuse, with the one that is next.
  return upgradeComplaint(from, version) ? undefined : etcdComplaint(known, version);
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
  return { mistakes: [new StepError({ machine: cluster, step, cause, next }).message] };
}

/** A server that is dead and declared no more. */
async function leave(
  member: EtcdMember,
  { cluster, members: servers, former = [] }: MembershipInputs,
  tell: Tell,
): Promise<void> {
  const own = former.find(({ name }) => name === member.node);
  const work = async () => evict(member, await membersOf(servers), servers, tell);
  const isIn = async () => (await membersOf(servers)).some(({ id }) => id === member.id);
  const here = own && (await isHere(own, servers));
  const via = await (here ? takenOut({ ...own, cluster, role: "server" }, { isIn, work, tell }) : work());
  await forget(member.node, via, tell);
}

/** Those that are nodes already: on one that is to become one nothing is done before its user's hooks have run. */
async function holding<M extends Member>(machines: readonly M[]): Promise<M[]> {
  const held = await Promise.all(
    machines.map(({ name, connection }) => heldVersion(connect(name, connection))),
  );
  return machines.filter((_, index) => held[index]);
}

/** All machines hold the new version, and etcd as it was is saved, before the first node changes. */
async function prepare(
  { cluster, releases, members, external, version }: MembershipInputs,
  from: string,
  tell: Tell,
) {
  // The look at the inputs compares with what was asked for last, also where nothing has come of that.
  const complaint = unfitFor(version, from, external ? [] : await membersOf(members));
  if (complaint) throw new StepError({ machine: cluster, step: "upgrading", ...complaint });
  const nodes = await holding(releases);
  const waiting = new Set(nodes.map(({ name }) => name));
  const quiet: Tell = Object.assign(() => undefined, { warn: tell.warn, note: tell.note });
  await Promise.all(
    nodes.map(async (release) => {
      await stage(release, quiet);
      waiting.delete(release.name);
      if (waiting.size > 0) tell(`fetching k3s ${version} on ${[...waiting].join(", ")}`);
    }),
  );
  if (external) return;
  const known = await membersOf(members);
  if (known.length === 0) return;
  const step = "saving a snapshot of etcd";
  tell(step);
  const server = healthyServer(members, known);
  if (!server)
    throw new StepError({
      machine: cluster,
      step,
      cause: `no member is healthy: ${troubles(known).join(", ")}`,
      next: recovery(known),
    });
  const variables = { NAME: `before-${version.replace("+", "-")}` };
  const options = { variables, deadline: minutes(5) };
  const snapshot = await connect(server.name, server.connection)
    .run(script("save-snapshot"), options)
    .catch((error) => {
      throw advised(step, error, { 69: "see what keeps k3s from saving it, then run this again" });
    });
  tell.note(`etcd of ${from} is saved on ${server.name}: ${snapshot.trim()}`);
}
