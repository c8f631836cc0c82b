import { departureComplaint, lostQuorum, quorum, removalComplaint, troubles } from "../../k3s/quorum";
import { etcdComplaint, upgradeComplaint } from "../../k3s/upgrade";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { evict } from "../evict";
import { advised, atStep, StepError } from "../failure";
import { minutes, type Release, stage } from "../machine/stage";
import { type EtcdMember, healthyServer, membersOf, recovery } from "../members";
import { forget } from "../node/forget";
import type { Checked, Resource, Tell } from "../wire";
import { resetEtcd } from "./reset";
import { planned, type Recovery, type Reset, type Restoration } from "./reset-plan";
import { rotate } from "./rotate";

export interface MembershipInputs {
  cluster: string;
  servers: string[];
  /** What all nodes run. */
  version: string;
  /** Whether the cluster's state is in a database of the user's, so that servers have no vote; they have by default. */
  external?: boolean;
  /** What the tokens were rotated by; another value is another turn. */
  rotate?: string;
  /** What etcd is to begin again with; once. */
  recover?: Recovery;
  restore?: Restoration;
  /** What servers and agents join with. */
  token: string;
  agentToken: string;
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
  createOnly: ["cluster", "external", "token", "agentToken", "members", "releases", "preflight"],
  // What was not prepared is to be prepared by the next run.
  pending: ["servers", "version", "rotate", "recover", "restore"],
  // Who is removed from the state has forgotten its machines, and changes none.
  changes: ({ members = [] }) => members[0],
  check: async (inputs, old, tell) => {
    if (inputs.servers.length === 0)
      return { mistakes: ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"] };
    const reset = resetOf(inputs);
    if (!old) return reset ? { mistakes: ["a cluster that is new has nothing to begin again with"] } : {};
    if (inputs.external) return {};
    // Who is left is known by then, and who is not is none of etcd's members any more.
    if (reset && JSON.stringify(reset) !== JSON.stringify(resetOf(old))) return begins(reset, inputs);
    const removal = removalComplaint(old.servers, inputs.servers);
    const checked = removal ? { mistakes: [removal] } : await live(inputs, old, tell);
    // One that was cut off is gone on with.
    return checked.mistakes && reset && !(await begins(reset, inputs)).mistakes ? {} : checked;
  },
  create: async () => ({ id: "membership", outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    const { members, servers, external } = inputs;
    const reset = resetOf(inputs);
    if (reset && JSON.stringify(reset) !== JSON.stringify(resetOf(old)))
      await resetEtcd(reset, { cluster: inputs.cluster, servers: members }, tell);
    if (!external) {
      const known = await membersOf(members);
      const gone = known.filter(
        ({ node, trouble }) => trouble && old.servers.includes(node) && !servers.includes(node),
      );
      // Who joins is not let in beside one that does not answer.
      for (const member of gone) await leave(member, members, tell);
    }
    if (inputs.version !== old.version) await prepare(inputs, old.version, tell);
    if (inputs.rotate !== old.rotate) await rotateAll(inputs, old, tell);
    return {};
  },
};

function resetOf({ recover, restore }: MembershipInputs): Reset | undefined {
  return recover ?? restore;
}

/** Whether etcd can begin again as it is asked for; it need not have a quorum, and is not asked. */
async function begins(
  reset: Reset,
  { cluster, members }: MembershipInputs,
): Promise<Checked<MembershipInputs>> {
  try {
    const { stage } = await planned(reset, { cluster, servers: members });
    return stage === "done"
      ? { mistakes: ["this was done before: give it another turn, or take it out"] }
      : {};
  } catch (error) {
    return { mistakes: [atStep("looking at the servers", error).message] };
  }
}

/** What the servers say of etcd as it is now. */
async function live(
  { cluster, servers, version, rotate, members }: MembershipInputs,
  old: MembershipInputs,
  tell: Tell,
): Promise<Checked<MembershipInputs>> {
  const known = await membersOf(members);
  const lost = lostQuorum(known);
  const next = recovery(known);
  if (lost) {
    const here = known.filter(({ there }) => there).length;
    if (here < quorum(known.length) || version !== old.version || rotate !== old.rotate)
      return refused(cluster, "looking at etcd", { cause: lost, next });
    tell.warn(`${cluster}: ${lost}: ${next}`);
    return {};
  }
  const leaving = old.servers.filter((name) => !servers.includes(name));
  const removal = leaving.reduce(afterwards, { members: known });
  if (removal.cause)
    return refused(cluster, "removing servers", { cause: removal.cause, next: recovery(removal.members) });
  const upgrades = version !== old.version;
  if (!upgrades && rotate === old.rotate) return {};
  const ill = troubles(known);
  if (ill.length > 0)
    return refused(cluster, upgrades ? "upgrading" : "rotating the tokens", {
      cause: `etcd is not whole: ${ill.join(", ")}`,
      next,
    });
  if (!upgrades) return {};
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
  if (!external)
    await save(`before-${version.replace("+", "-")}`, { cluster, members }, `etcd of ${from}`, tell);
}

/** With the tokens that servers go by from now on. */
async function rotateAll(inputs: MembershipInputs, old: MembershipInputs, tell: Tell): Promise<void> {
  const { cluster, members, external } = inputs;
  const servers = members.filter(({ name }) => old.servers.includes(name));
  const saved = external ? undefined : await save("before-rotation", { cluster, members }, "etcd", tell);
  const via = saved ?? servers[0];
  if (via) await rotate({ ...inputs, via, servers }, tell);
}

/** Saves etcd with the token that this needs, and gives the server that did it; nothing where there is no etcd. */
async function save(
  name: string,
  { cluster, members }: Pick<MembershipInputs, "cluster" | "members">,
  what: string,
  tell: Tell,
): Promise<Member | undefined> {
  const known = await membersOf(members);
  if (known.length === 0) return undefined;
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
  const options = { variables: { NAME: name }, deadline: minutes(5) };
  const snapshot = await connect(server.name, server.connection)
    .run(script("save-snapshot"), options)
    .catch((error) => {
      throw advised(step, error, { 69: "see what keeps k3s from saving it, then run this again" });
    });
  tell.note(`${what} is saved on ${server.name}: ${snapshot.trim()}`);
  return server;
}
