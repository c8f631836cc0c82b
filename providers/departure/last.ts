import { RemoteError } from "../../remote/errors";
import { connect, type Member } from "../connection";
import { mayLeave } from "../evict";
import { isThere } from "../gone";
import { stop, unsure } from "../leaving";
import { etcdOf } from "../members";
import { removing } from "../membership/complaints";
import { forget, remains } from "../node/forget";
import type { Checked, Tell } from "../wire";
import { emptied, leavingOf, orKept, out } from "./leave";
import type { DepartureInputs } from "./provider";

/** Refuses in a preview where all servers that were made here would leave those elsewhere without a quorum. */
export async function lastVotes(
  { cluster, servers, elsewhere }: DepartureInputs,
  old: DepartureInputs | undefined,
): Promise<Checked<DepartureInputs>> {
  if (!elsewhere || servers.length > 0 || !old) return {};
  const known = await votersOf(old.servers);
  const names = old.servers.map(({ name }) => name);
  return {
    mistakes: removing(
      cluster,
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
  const leaving = leavingOf(server, "server", inputs);
  const members = () => votersOf([server]);
  const before = await members();
  if (before.some(({ node }) => node === name)) {
    mayLeave(before, name);
    await emptied(leaving, server, inputs, tell);
    await orKept(leaving, server, () => out(leaving, { all: [server], here: true, members }, tell), tell);
  }
  await stop(leaving, tell);
  // With the object of a node goes its member of etcd, should it be one still.
  await forget(name, server, tell, { elsewhere: inputs.elsewhere?.server });
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
async function votersOf(servers: readonly Member[]) {
  const { members, listed } = await etcdOf(servers);
  return listed ? members : [];
}
