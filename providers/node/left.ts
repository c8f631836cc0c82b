import { StepError } from "../failure";
import { membersOf } from "../members";
import { hasToStay, staying } from "../staying";
import type { NodeInputs } from "./provider";

/**
 * Fails where a node of a cluster that goes on has not left it, as when a run goes on after its departure failed: a server
 * that is cleared all the same would be missing in every decision of etcd.
 */
export async function hasLeft(id: string, { cluster, config: { name, role } }: NodeInputs): Promise<void> {
  const servers = staying(cluster);
  if (!servers) return;
  const isMember = async () => (await membersOf(servers)).some(({ node }) => node === name);
  const cause = hasToStay(id)
    ? "its departure has failed"
    : role === "server" && (await isMember())
      ? "it is still a member of etcd"
      : undefined;
  if (!cause) return;
  const next = "see what kept it from leaving, then run this again";
  throw new StepError({ machine: name, step: "removing the node", cause, next });
}
