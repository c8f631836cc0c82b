import { departureComplaint, lostQuorum, quorum, removalComplaint, troubles } from "../../k3s/quorum";
import { etcdComplaint, upgradeComplaint } from "../../k3s/upgrade";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { evict } from "../evict";
import { advised, StepError } from "../failure";
import { minutes, type Release, stage } from "../machine/stage";
import { type EtcdMember, healthyServer, membersOf, recovery } from "../members";
import { forget } from "../node/forget";
import type { Checked, Resource, Tell } from "../wire";

export interface MembershipInputs {
  cluster: string;
  servers: string[];
  /** What all nodes run. */
  version: string;
  /** Whether the cluster's state is in a database of the user's, so that servers have no vote; they have by default. */
  external?: boolean;
  /** Whether the cluster has servers that were not made here, so that etcd alone knows how many there are. */
  elsewhere?: boolean;
  /** The machines of the servers. */
  members: Member[];
  /** What all machines are to hold before the first of them changes. */
  releases: (Member & Release)[];
  /** Who is refused by the look at the machines never was a member. */
  preflight?: string;
}

export type MembershipOutputs = Record<string, never>;

/** Who is a server, and what all of them run: refuses, in a preview already, what would cost the quorum. */
export const membership: Resource<MembershipInputs, MembershipOutputs> = {
  createOnly: ["cluster", "external", "elsewhere", "members", "releases", "preflight"],
  // What was not prepared is to be prepared by the next run.
  pending: ["servers", "version"],
  // Who is removed from the state has forgotten its machines, and changes none.
  changes: ({ members = [] }) => members[0],
  check: async (inputs, old, tell) => {
    if (inputs.servers.length === 0)
      return { mistakes: ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"] };
    if (!old || inputs.external) return {};
    const removal = inputs.elsewhere ? undefined : removalComplaint(old.servers, inputs.servers);
    return removal ? { mistakes: [removal] } : live(inputs, old, tell);
  },
  create: async () => ({ id: "membership", outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    const { members, servers, external } = inputs;
    if (!external) {
      const known = await membersOf(members);
      const gone = known.filter(
        ({ node, trouble }) => trouble && old.servers.includes(node) && !servers.includes(node),
      );
      // Who joins is not let in beside one that does not answer.
      for (const member of gone) await leave(member, members, tell);
    }
    if (inputs.version !== old.version) await prepare(inputs, old.version, tell);
    return {};
  },
};

/** What the servers say of etcd as it is now. */
async function live(
  { cluster, servers, version, members }: MembershipInputs,
  old: MembershipInputs,
  tell: Tell,
): Promise<Checked<MembershipInputs>> {
  const known = await membersOf(members);
  const lost = lostQuorum(known);
  const next = recovery(known);
  if (lost) {
    const here = known.filter(({ there }) => there).length;
    if (here < quorum(known.length) || version !== old.version)
      return refused(cluster, "looking at etcd", { cause: lost, next });
    tell.warn(`${cluster}: ${lost}: ${next}`);
    return {};
  }
  const leaving = old.servers.filter((name) => !servers.includes(name));
  const removal = leaving.reduce(afterwards, { members: known });
  if (removal.cause)
    return refused(cluster, "removing servers", { cause: removal.cause, next: recovery(removal.members) });
  if (version === old.version) return {};
  const ill = troubles(known);
  if (ill.length > 0)
    return refused(cluster, "upgrading", { cause: `etcd is not whole: ${ill.join(", ")}`, next });
  // A version that nodes cannot go to at all is theirs to refuse, with the one that is next.
  const etcd = upgradeComplaint(old.version, version) ? undefined : etcdComplaint(known, version);
  return etcd ? refused(cluster, "upgrading", etcd) : {};
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
async function leave(member: EtcdMember, servers: readonly Member[], tell: Tell): Promise<void> {
  const via = await evict(member, await membersOf(servers), servers, tell);
  await forget(member.node, via, tell);
}

/** All machines hold the new version, and etcd as it was is saved, before the first node changes. */
async function prepare(
  { cluster, releases, members, external, version }: MembershipInputs,
  from: string,
  tell: Tell,
) {
  const waiting = new Set(releases.map(({ name }) => name));
  const quiet: Tell = Object.assign(() => undefined, { warn: tell.warn, note: tell.note });
  await Promise.all(
    releases.map(async (release) => {
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
