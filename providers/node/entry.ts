import type { Machine } from "../../remote/machine";
import type { Tell } from "../wire";
import { clusterToJoin, serverOn } from "./cluster-to-join";
import type { NodeInputs } from "./provider";
import { freeSeat } from "./seat";

/** How a server comes to its cluster. */
export type Entry = Pick<NodeInputs, "join" | "token" | "agentToken">;

export function entry({ join = "", token, agentToken }: NodeInputs): Entry {
  return { join, token, ...(agentToken ? { agentToken } : {}) };
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
 * said something else. One that never came takes the way that there is now.
 */
export async function entered(
  machine: Machine,
  given: NodeInputs,
  state: NodeInputs,
  tell: Tell,
): Promise<NodeInputs> {
  const came = given.datastore?.kind === "external" || (await serverOn(machine));
  if (came) return { ...given, ...entry(state) };
  const inputs = await placed(machine, given, tell);
  await freeSeat(machine, inputs, tell);
  return inputs;
}
