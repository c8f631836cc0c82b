import { departureComplaint } from "../../k3s/quorum";
import type { Member } from "../connection";
import { evict, mayLeave } from "../evict";
import { StepError } from "../failure";
import { type EtcdMember, membersOf, recovery } from "../members";
import { forget, remains } from "../node/forget";
import type { Checked, Tell } from "../wire";
import type { DepartureInputs } from "./provider";
import { answers, emptied, stopped } from "./steps";

/** Refuses in a preview where all servers that were made here would leave those elsewhere without a quorum. */
export async function lastVotes(
  { cluster, servers, elsewhere }: DepartureInputs,
  old: DepartureInputs | undefined,
): Promise<Checked<DepartureInputs>> {
  if (!elsewhere || servers.length > 0 || !old) return {};
  let left = await votersOf(old.servers);
  for (const { name } of old.servers) {
    const cause = left.some(({ node }) => node === name) ? departureComplaint(left, name) : undefined;
    if (cause) {
      const parts = { machine: cluster, step: "removing servers", cause, next: recovery(left) };
      return { mistakes: [new StepError(parts).message] };
    }
    left = left.filter(({ node }) => node !== name);
  }
  return {};
}

/**
 * The last server that was made here leaves those elsewhere: nobody else can be asked, so that it does itself what others do for
 * who leaves, as long as it is a member.
 */
export async function lastLeaves(server: Member, inputs: DepartureInputs, tell: Tell): Promise<void> {
  const { name } = server;
  if (!(await answers(server))) {
    tell.warn(
      remains(name, "it cannot be reached, and nobody else here may tell it; etcd there still counts it"),
    );
    return;
  }
  const before = await votersOf([server]);
  if (before.some(({ node }) => node === name)) {
    mayLeave(before, name);
    await emptied(server, server, inputs, tell);
    // That may have taken minutes.
    const members = await votersOf([server]);
    for (const member of members.filter(({ node }) => node === name))
      await evict(member, members, [server], tell);
  }
  await stopped(server, "server", inputs, tell);
  // With the object of a node goes its member of etcd, should it be one still.
  await forget(name, server, tell, { elsewhere: inputs.elsewhere?.server });
}

/** Where etcd does not run on them, nobody here can tell who its members are. */
async function votersOf(servers: readonly Member[]): Promise<EtcdMember[]> {
  return (await membersOf(servers)).filter(({ id }) => id !== "0");
}
