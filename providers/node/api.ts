import { answering } from "../answering";
import type { Member } from "../connection";
import { staying } from "../staying";
import type { NodeInputs } from "./provider";

/**
 * The servers that a node's cluster has, as far as that is known: those that stay in this operation, since who was one when
 * the node was changed last may have left.
 */
export function serversOf({ cluster, api, peers = [] }: NodeInputs): readonly Member[] {
  return staying(cluster) ?? [...(api ? [api] : []), ...peers];
}

/** A server that may change an agent's object: the first that answers. A server may do so itself. */
export async function apiOf(inputs: NodeInputs): Promise<Member | undefined> {
  return inputs.config.role === "agent" ? answering(serversOf(inputs)) : undefined;
}
