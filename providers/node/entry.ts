import { parseToken, renewed } from "../../k3s/token";
import type { Machine } from "../../remote/machine";
import type { Tell } from "../wire";
import { clusterToJoin, serverOn } from "./cluster-to-join";
import type { NodeInputs } from "./provider";
import { freeSeat } from "./seat";

/** How a server comes to its cluster. */
export type Entry = Pick<NodeInputs, "join" | "token" | "agentToken" | "adopt">;

export function entry({ join = "", token, agentToken, adopt }: NodeInputs): Entry {
  return { join, token, ...(agentToken ? { agentToken } : {}), ...(adopt ? { adopt } : {}) };
}

export function begins({ join, config }: NodeInputs): boolean {
  return config.role === "server" && !join;
}

/**
 * With the address to join where this server would begin a cluster that others have already. A database of the
 * user's is where servers see that by themselves.
 */
export async function placed(machine: Machine, inputs: NodeInputs, tell: Tell): Promise<NodeInputs> {
  if (!begins(inputs) || inputs.datastore?.kind === "external") return inputs;
  return { ...inputs, ...(await clusterToJoin(machine, inputs, tell)) };
}

/**
 * A member stays with how it came, whoever is the first server by now: its files say so, and would restart it if they
 * said something else; save the passwords, which are the cluster's. In one that was adopted what is given may only stand in for
 * them, until a turn makes them the cluster's. One that never came takes the way that there is now.
 */
export async function entered(
  machine: Machine,
  given: NodeInputs,
  state: NodeInputs,
  tell: Tell,
): Promise<NodeInputs> {
  const came = given.datastore?.kind === "external" || (await serverOn(machine));
  if (came) {
    const its = entry(state);
    const adopted = given.adopt ?? its.adopt;
    if (adopted && given.rotate?.tokens === state.rotate?.tokens) return { ...given, ...its };
    const token = renewed(its.token, parseToken(given.token).password);
    return { ...given, ...its, token, agentToken: given.agentToken };
  }
  const inputs = await placed(machine, given, tell);
  await freeSeat(machine, inputs, tell);
  return inputs;
}
