import { loginOf } from "../manifest/login";
import type { Machine, Manifest } from "../manifest/schema";
import type { Connection, Member } from "../providers/connection";
import { pinned, unlearned } from "../providers/host-keys";
import { Problem } from "./problem";

/** The cluster's servers, as far as they can be reached by what is known on this computer. */
export function serversOf({ servers, timeouts }: Manifest): Member[] {
  return servers.map(({ name, host, ssh }: Machine) => {
    const connection: Connection = { host, ...loginOf(ssh, timeouts.connect) };
    const [unknown] = unlearned(connection);
    if (unknown !== undefined)
      throw new Problem(
        `${name}: nobody here knows the host key of ${unknown}: what trustOnFirstUse has learned is in the stack's state`,
        "give its hostKey in the manifest, or have it in known_hosts",
      );
    return { name, connection: pinned(connection) };
  });
}
