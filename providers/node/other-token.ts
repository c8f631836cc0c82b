import { heldBy } from "../held";
import type { NodeInputs } from "./provider";

/** What is to be said where a server's cluster has another token than is known of it; nothing where it has that. */
export async function otherToken({
  config: { name, role },
  token = "",
  ...state
}: NodeInputs): Promise<string | undefined> {
  // Those of a cluster elsewhere change as its administrators like.
  if (role !== "server" || state.elsewhere) return undefined;
  const [its] = await heldBy([{ name, connection: state.connection }], { ...state, token });
  return its?.held === "other"
    ? "token differs from cluster: k3s was told another one, by hand (k3s token rotate) or by a turn that has not come to its end; " +
        "pulumi preview says what to do"
    : undefined;
}
