import { absenceComplaint, troubles } from "../../k3s/quorum";
import { alarmComplaint, recovery } from "../../k3s/recovery";
import type { Member } from "../connection";
import { StepError } from "../failure";
import { type EtcdMember, membersOf, moveLeader, successorOf } from "../members";
import { minutes } from "../minutes";
import { askUntil } from "../settled";
import type { Tell } from "../wire";
import type { NodeInputs } from "./provider";

const step = "waiting until etcd can do without it";

/** Milliseconds that the other members are given to be well; one that has just restarted takes a few seconds. */
const longest = minutes(1);

/**
 * Before a server's k3s is stopped: waits until all members of etcd are healthy voters, goes on with fewer only where these
 * are enough without it, and has another one lead.
 */
export async function standAside(
  { config, connection, peers = [], patience, elsewhere }: NodeInputs,
  tell: Tell,
): Promise<EtcdMember[]> {
  const own: Member = { name: config.name, connection };
  const members = await settled({ own, peers, patience, elsewhere }, tell);
  const leads = members.find(({ node, leads }) => leads && node === own.name);
  const successor = successorOf(own.name, members);
  if (!leads || !successor) return members;
  tell(`having ${successor.node} lead etcd`);
  await moveLeader(own, successor).catch((error) => {
    tell.warn(`etcd will look for another leader by itself: ${(error as Error).message.split("\n")[0]}`);
  });
  return members;
}

interface Around extends Required<Pick<NodeInputs, "peers">>, Pick<NodeInputs, "patience" | "elsewhere"> {
  own: Member;
}

async function settled({ own, peers, patience, elsewhere }: Around, tell: Tell): Promise<EtcdMember[]> {
  const { name } = own;
  const others = (members: EtcdMember[]) => troubles(members.filter(({ node }) => node !== name));
  const ask = async () => {
    const members = await membersOf([own, ...peers]);
    const alarm = alarmComplaint(members);
    if (alarm) throw new StepError({ machine: name, step, ...alarm });
    return members;
  };
  const members = await askUntil(ask, { reasons: others, patience: Math.min(longest, patience), tell });
  const cause = others(members).length > 0 && absenceComplaint(members, name);
  if (cause) throw new StepError({ machine: name, step, cause, next: recovery(members, elsewhere) });
  return members;
}
