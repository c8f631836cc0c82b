import { RemoteError } from "../../remote/errors";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import type { Tell } from "../wire";

/**
 * Has the cluster forget a node that has left. That it stays known keeps nobody from leaving, and is told: the API may
 * be gone for good. With its machine's id, one of the same name on another machine stays.
 */
export async function forget(name: string, api: Member, tell: Tell, machineId = ""): Promise<void> {
  try {
    const options = { variables: { NODE: name, MACHINE_ID: machineId }, deadline: 30_000 };
    await connect(api.name, api.connection).run(script("forget-node"), options);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const reason = error.answer?.stderr.trim() || error.reason;
    tell.warn(
      `${name} has left its machine, and its object is still in the cluster (${api.name}: ${reason}). ` +
        `Remove it by kubectl delete node ${name} before another node of this name comes.`,
    );
  }
}
