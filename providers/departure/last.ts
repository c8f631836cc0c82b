import { RemoteError } from "../../remote/errors";
import { connect, type Member } from "../connection";
import { mayLeave } from "../evict";
import { isThere } from "../gone";
import { stop, unsure } from "../leaving";
import { type Etcd, etcdOf } from "../members";
import { removing } from "../membership/complaints";
import { forget, remains } from "../node/forget";
import type { Checked, Tell } from "../wire";
import { emptied, leavingOf, orKept, out } from "./leave";
import { isOurs, ours } from "./ours";
import type { DepartureInputs } from "./provider";

/** Refuses in a preview where all servers that were made here would leave those elsewhere without a quorum. */
export async function lastVotes(
  { cluster, servers, elsewhere }: DepartureInputs,
  old: DepartureInputs | undefined,
  tell: Tell,
): Promise<Checked<DepartureInputs>> {
  if (!elsewhere || servers.length > 0 || !old) return {};
  const known = await votersOf(await ours(old.servers, cluster, tell));
  const names = old.servers.map(({ name }) => name);
  return {
    mistakes: removing(
      { cluster, elsewhere },
      known,
      names.filter((name) => known.some(({ node }) => node === name)),
    ),
  };
}

/**
 * The last server that was made here leaves those elsewhere: nobody else can be asked, so that it does itself what others do for
 * who leaves, as long as it is a member.
 */
export async function lastLeaves(server: Member, inputs: DepartureInputs, tell: Tell): Promise<void> {
  const { name } = server;
  if (!(await isHereAlone(server))) {
    tell.warn(
      remains(name, "it cannot be reached, and nobody else here may tell it; etcd there still counts it"),
    );
    return;
  }
  if (!(await isOurs(server, inputs.cluster, tell))) return;
  await leavesByItself(server, await etcdOf([server]), inputs, tell);
}

/** By its own machine, which is to be there and ours; etcd is what it has just told. */
export async function leavesByItself(
  server: Member,
  etcd: Etcd,
  inputs: DepartureInputs,
  tell: Tell,
): Promise<void> {
  const { name } = server;
  const { elsewhere } = inputs;
  const leaving = leavingOf(server, "server", inputs);
  const members = () => votersOf([server]);
  const before = listedBy(etcd);
  const own = before.find(({ node }) => node === name);
  if (own) mayLeave({ members: before, elsewhere }, name);
  // etcd tells a learner of no members and lets it change none; k3s takes one out that is silent.
  if (own ? !own.votes : etcd.untold.includes(name)) tell.warn(learning(name));
  if (own?.votes) {
    await emptied(leaving, server, inputs, tell);
    await orKept(
      leaving,
      server,
      () => out(leaving, { all: [server], here: true, members, elsewhere }, tell),
      tell,
    );
  }
  await stop(leaving, tell);
  // With the object of a node goes its member of etcd, should it be one still.
  await forget(name, server, tell, { elsewhere: elsewhere?.server });
}

function learning(name: string): string {
  return `${name} was no voter of etcd yet: k3s elsewhere takes it out when it has been silent for some minutes; until then no other server is let in`;
}

/** There is no other by which to tell a dead machine from a way there that is broken: its user has to say that it is nowhere. */
async function isHereAlone({ name, connection }: Member): Promise<boolean> {
  try {
    return await isThere({ machine: connect(name, connection), connection, others: [] });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.kind === "unknown host") return false;
    throw unsure(name, error);
  }
}

/** Where etcd does not run on them, nobody here can tell who its members are. */
function listedBy({ members, listed }: Pick<Etcd, "members" | "listed">) {
  return listed ? members : [];
}

async function votersOf(servers: readonly Member[]) {
  return listedBy(await etcdOf(servers));
}
