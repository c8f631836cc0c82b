import { RemoteError } from "../../remote/errors";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { advised, StepError } from "../failure";
import { minutes } from "../minutes";
import type { Tell } from "../wire";
import { apiOf } from "./api";
import type { NodeInputs } from "./provider";

interface Known {
  /** Of its machine: one of the same name on another machine stays. */
  machineId?: string;
  /** Where another server of the cluster answers, where the one that is asked does not. */
  elsewhere?: string;
}

/**
 * Has the cluster forget a node that has left. That it stays known keeps nobody from leaving, and is told: the API may
 * be gone for good.
 */
export async function forget(
  name: string,
  api: Member,
  tell: Tell,
  { machineId = "", elsewhere }: Known = {},
): Promise<void> {
  try {
    const other: Record<string, string> = elsewhere ? { ELSEWHERE: elsewhere } : {};
    const variables = { NODE: name, MACHINE_ID: machineId, DEAD: "no", ...other };
    const options = { variables, deadline: minutes(2) };
    await connect(api.name, api.connection).run(script("forget-node"), options);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const reason = error.answer?.stderr.trim() || error.reason;
    tell.warn(remains(name, `${api.name}: ${reason}`));
  }
}

/** What is left of a node that the cluster was not told of. */
export function remains(name: string, reason: string): string {
  return (
    `${name} has left its machine, and its object is still in the cluster (${reason}). ` +
    `Remove it by kubectl delete node ${name} before another node of this name comes.`
  );
}

/** What node-ready.sh says of an agent that the cluster does not let in. */
const otherPassword = "the cluster knows its name by another password";

/**
 * Has the cluster forget who had an agent's name before, where it keeps the agent out: the machine as it was before it was
 * installed anew, one that is no more, or itself, where the cluster could not be told that it had left.
 */
export function makingRoom(machine: Machine, inputs: NodeInputs, tell: Tell) {
  const { name } = inputs.config;
  const step = `having the cluster forget who was ${name} before`;
  return async (reason: string): Promise<void> => {
    const api = reason === otherPassword ? await apiOf(inputs) : undefined;
    if (!api) return;
    tell(step);
    const machineId = (await machine.run(script("machine-id"), { deadline: 10_000 })).trim();
    const variables = { NODE: name, MACHINE_ID: machineId, DEAD: "yes" };
    await connect(api.name, api.connection)
      .run(script("forget-node"), { variables, deadline: minutes(2) })
      .catch((error) => {
        throw (
          taken(machine, step, error) ??
          advised(step, error, {
            69: `see why the API of ${api.name} does not let it go (kubectl delete node ${name}), then run this again`,
          })
        );
      });
  };
}

/** It is the agent's mistake, whichever machine was asked. */
function taken(machine: Machine, step: string, error: unknown): StepError | undefined {
  if (!(error instanceof RemoteError) || error.answer?.code !== 73) return undefined;
  return new StepError({
    machine: machine.name,
    step,
    cause: error.answer.stderr.trim(),
    next: "give this machine a name of its own, or remove the other node, then run this again",
  });
}
