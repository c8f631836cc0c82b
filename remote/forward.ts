import type { Duplex } from "node:stream";
import { type RemoteErrorKind, Trouble } from "./errors";
import { type Connection, gone, reasonIn } from "./session";
import { unless } from "./stopper";
import { addressOf, type Hop } from "./target";

/** Opens a way to a machine through a bastion that is logged in to; fails with Trouble. */
export async function forward(connection: Connection, hop: Hop, signal: AbortSignal): Promise<Duplex> {
  const opening = open(connection, hop);
  try {
    return await unless(signal, opening);
  } catch (error) {
    opening.then((late) => late.destroy()).catch(() => undefined);
    throw error;
  }
}

function open(connection: Connection, hop: Hop): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    try {
      connection.client.forwardOut("127.0.0.1", 0, hop.host, hop.port, (error, channel) => {
        if (!error) resolve(channel.on("error", () => undefined));
        else if (connection.isGone() || !("reason" in error)) reject(gone(connection));
        else reject(refused(connection, hop, error));
      });
    } catch {
      // Thrown where the connection is closing already.
      reject(gone(connection));
    }
  });
}

/** Why a server opens no channel, as RFC 4254 counts. */
const prohibited = 1;

function refused({ address }: Connection, hop: Hop, error: Error & { reason?: unknown }): Trouble {
  const said = reasonIn(error);
  if (error.reason === prohibited)
    return new Trouble({
      kind: "refused",
      cause: `the bastion ${address} does not forward to ${addressOf(hop)}: ${said}`,
      remedy: "Check AllowTcpForwarding, DisableForwarding and PermitOpen in the sshd_config of the bastion.",
    });
  return new Trouble({
    kind: kindOf(said),
    cause: `${addressOf(hop)} cannot be reached from the bastion ${address}: ${said}`,
    remedy:
      "Check the address, that sshd listens on this port, and the routes and firewalls between the bastion and it.",
  });
}

function kindOf(said: string): RemoteErrorKind {
  if (/refused/i.test(said)) return "refused";
  if (/timed out/i.test(said)) return "timed out";
  return /not known|resolution|no address/i.test(said) ? "unknown host" : "unreachable";
}
