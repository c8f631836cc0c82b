import type { Machine } from "../../remote/machine";
import { disown } from "../evict";
import { StepError } from "../failure";
import { membersOf } from "../members";
import type { Tell } from "../wire";
import { serverOn } from "./cluster-to-join";
import type { NodeInputs } from "./provider";

/**
 * Before a server joins whose machine holds none: takes out of etcd whom it knows by this name, as of a machine that was
 * installed anew. k3s would not let another one of that name in.
 */
export async function freeSeat(
  machine: Machine,
  { config, join, peers = [], datastore, elsewhere }: NodeInputs,
  tell: Tell,
): Promise<void> {
  const { name, role } = config;
  if (role !== "server" || !join || datastore?.kind === "external") return;
  const members = await membersOf(peers);
  const former = members.filter(({ node }) => node === name);
  // One that a run has started here which was cut off is no other.
  if (former.length === 0 || (await serverOn(machine))) return;
  const alive = former.find(({ trouble }) => !trouble);
  if (alive)
    throw new StepError({
      machine: name,
      step: "joining the cluster",
      cause: `another machine is server ${name}, and etcd works there`,
      next: "give this machine a name of its own, or remove the other server first",
    });
  for (const member of former) await disown(member, { members, servers: peers, elsewhere }, tell);
}
