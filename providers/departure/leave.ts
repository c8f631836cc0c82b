import type { Role } from "../../k3s/config";
import { answering } from "../answering";
import type { Member } from "../connection";
import { drain, uncordon } from "../drain";
import { evict, type Left, mayLeave } from "../evict";
import { StepError } from "../failure";
import { isHere, type Leaving, stop, takenOut } from "../leaving";
import { type EtcdMember, healthyServer, membersOf } from "../members";
import { forget } from "../node/forget";
import type { Tell } from "../wire";
import type { DepartureInputs } from "./provider";

export async function agentLeaves(agent: Member, inputs: DepartureInputs, tell: Tell): Promise<void> {
  const api = await answering(inputs.servers);
  if (!api) return;
  if (await isHere(agent, inputs.servers)) {
    const leaving = leavingOf(agent, "agent", inputs);
    await emptied(leaving, api, inputs, tell);
    await orKept(leaving, api, () => stop(leaving, tell), tell);
  }
  await forget(agent.name, api, tell, { elsewhere: inputs.elsewhere?.server });
}

/** @param others all servers that leave and are the cluster's still; those that have not left yet may be members of etcd */
export async function serverLeaves(
  server: Member,
  inputs: DepartureInputs,
  others: readonly Member[],
  tell: Tell,
): Promise<void> {
  const { elsewhere } = inputs;
  const staying = new Set(inputs.servers.map(({ name }) => name));
  const all = [...inputs.servers, ...others.filter(({ name }) => !staying.has(name))];
  const isLeaving = ({ node }: EtcdMember) => node === server.name;
  const before = await membersOf(all);
  if (before.some(isLeaving)) mayLeave({ members: before, elsewhere }, server.name);
  const api = healthyServer(inputs.servers, before, tell) ?? (await answering(inputs.servers));
  if (!api) return;
  // Another cluster's machine is left alone, and what was there is gone.
  const isOurs = others.some(({ name }) => name === server.name);
  const here = isOurs && (await isHere(server, inputs.servers));
  if (!here) beSilent(server.name, before.filter(isLeaving), isOurs ? unreached : another);
  const leaving = leavingOf(server, "server", inputs);
  if (here) await emptied(leaving, api, inputs, tell);
  const etcd = { all, here, members: () => membersOf(all), elsewhere };
  await orKept(leaving, api, () => out(leaving, etcd, tell), tell);
  if (here) await stop(leaving, tell);
  await forget(server.name, api, tell, { elsewhere: elsewhere?.server });
}

export function leavingOf({ name, connection }: Member, role: Role, { cluster }: DepartureInputs): Leaving {
  return { name, connection, cluster, role };
}

interface Out extends Pick<Left, "elsewhere"> {
  /** Who may be asked. */
  all: readonly Member[];
  here: boolean;
  members: () => Promise<EtcdMember[]>;
}

export async function out(
  leaving: Leaving,
  { all, here, members, elsewhere }: Out,
  tell: Tell,
): Promise<void> {
  const isLeaving = ({ node }: EtcdMember) => node === leaving.name;
  // To take its pods may have taken minutes.
  const known = await members();
  const own = known.filter(isLeaving);
  const work = async () => {
    for (const member of own) await evict(member, { members: known, servers: all, elsewhere }, tell);
  };
  const isIn = async () => (await members()).some(isLeaving);
  if (here && own.length > 0) await takenOut(leaving, { isIn, work, tell });
  else await work();
}

const unreached = {
  cause: "it cannot be reached from here",
  next: "see what keeps this machine from reaching it",
};

const another = {
  cause: "its machine holds no node of this cluster by now",
  next: "see what /etc/rancher/k3s/owner says there",
};

/** Of a machine that nobody here reaches, or may speak to, the others may know better. */
function beSilent(name: string, own: readonly EtcdMember[], { cause, next }: typeof another): void {
  if (!own.some(({ heard }) => heard)) return;
  throw new StepError({
    machine: name,
    step: `taking ${name} out of etcd`,
    cause: `${cause}, and is not dead: the other members of etcd have a line to it`,
    next: `${next}, or stop k3s there, then run this again`,
  });
}

/** Whoever stays after all may have pods again; why it stays is what the user has to know first. */
export async function orKept(
  { name }: Leaving,
  api: Member,
  work: () => Promise<void>,
  tell: Tell,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await uncordon(name, api, tell).catch((later: Error) => tell.warn(later.message));
    throw error;
  }
}

/** Pods of a machine that is gone do not end; those that are to be elsewhere come there when it is forgotten. */
export async function emptied(
  { name }: Leaving,
  api: Member,
  { drain: how }: DepartureInputs,
  tell: Tell,
): Promise<void> {
  if (how) await drain({ node: name, api, ...how }, tell);
}
