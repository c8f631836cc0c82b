import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { advised } from "./failure";
import { minutes } from "./minutes";
import type { Tell } from "./wire";

/** How pods are taken from a node. */
export interface Drain {
  /** Milliseconds until it is given up, and the node is as it was. */
  timeout: number;
  /** Seconds that a pod has to end; default: what it asks for. */
  grace?: number;
  /** Whether what pods keep in an emptyDir may go with them. */
  emptyDirs: "delete" | "keep";
}

interface Drained extends Drain {
  node: string;
  /** A server, which may evict any pod. */
  api: Member;
}

/** Has a node's pods go elsewhere; where they cannot, it keeps them, and that is a failure. */
export async function drain(
  { node, api, timeout, grace = -1, emptyDirs }: Drained,
  tell: Tell,
): Promise<void> {
  const step = `having the pods of ${node} go elsewhere`;
  tell(step);
  const variables = {
    NODE: node,
    TIMEOUT: String(Math.ceil(timeout / 1_000)),
    GRACE: String(grace),
    EMPTY_DIRS: emptyDirs,
  };
  await connect(api.name, api.connection)
    .run(script("drain-node"), { variables, deadline: timeout + minutes(1) })
    .catch((error) => {
      throw advised(step, error, {
        69: `see why the API of ${api.name} does not answer, then run this again`,
        76: "give its disruption budget more pods or drain.timeout more time, or move these pods by hand, then run this again",
      });
    });
}

/** Lets a node have pods again that were taken from it here; one that somebody else has cordoned stays so. */
export async function uncordon(node: string, api: Member, tell: Tell): Promise<void> {
  const step = `letting ${node} have pods again`;
  tell(step);
  await connect(api.name, api.connection)
    .run(script("uncordon-node"), { variables: { NODE: node }, deadline: minutes(2) })
    .catch((error) => {
      throw advised(step, error, { 69: `run kubectl uncordon ${node}, or run this again` });
    });
}
