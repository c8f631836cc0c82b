import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import type { Means } from "./credentials";
import { type Failure, Trouble } from "./errors";
import { type Expectation, OtherKey } from "./host-key";
import { type Login, loginOf } from "./login";
import { Dropped } from "./socket";
import { addressOf, type Hop } from "./target";

export interface Identity {
  means: Means[];
  hostKey: Expectation;
}

export interface Authenticated {
  client: Client;
  /** The key that the machine has proven to hold. */
  hostKey: Buffer;
}

/** Makes an open stream an authenticated SSH connection, or destroys it. */
export async function handshake(
  stream: Duplex,
  hop: Hop,
  { means, hostKey }: Identity,
  signal: AbortSignal,
): Promise<Authenticated> {
  const client = new Client();
  const login = loginOf(hop, means);
  const seen: Seen = { presented: Buffer.alloc(0), keysExchanged: false };
  client.once("handshake", () => {
    seen.keysExchanged = true;
    // Another connection may have met another key meanwhile.
    seen.objection = hostKey.objection(seen.presented);
    if (seen.objection) stream.destroy();
    else hostKey.proven(seen.presented);
  });
  try {
    return await new Promise((resolve, reject) => {
      const fail = () => reject(diagnosis(seen, hop, login));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      client.once("ready", () => resolve({ client, hostKey: seen.presented }));
      // One error may follow another, and the first says most.
      client.on("error", (error) => {
        seen.error ??= error;
        if (error.level !== "agent") fail();
      });
      client.once("close", fail);
      client.connect({
        sock: stream,
        username: hop.user,
        authHandler: login.handler,
        // The dial has a deadline of its own, for all its attempts together.
        readyTimeout: 0,
        ...verifying(hostKey, seen),
      });
      if (signal.aborted) reject(signal.reason);
    });
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

interface Seen {
  presented: Buffer;
  keysExchanged: boolean;
  objection?: Failure;
  error?: Error & { level?: string; code?: unknown };
}

function verifying(hostKey: Expectation, seen: Seen): ConnectConfig {
  return {
    algorithms: { serverHostKey: hostKey.algorithms },
    hostVerifier: (key: Buffer) => {
      seen.presented = key;
      seen.objection = hostKey.objection(key);
      return seen.objection === undefined;
    },
  };
}

function diagnosis({ presented, objection, error, keysExchanged }: Seen, hop: Hop, login: Login): Error {
  if (objection) return new OtherKey(objection, presented);
  const reason = error?.message ?? "the connection was closed";
  const wasClosed = !error || error.level === "client-socket";
  if (keysExchanged && wasClosed)
    return new Trouble({
      kind: "connection lost",
      cause: `the connection to ${addressOf(hop)} was lost while logging in: ${reason}`,
      remedy: "Check that the machine is up, then run this again.",
    });
  if (keysExchanged) return login.failure(reason);
  if (wasClosed || sentAway(error)) return new Dropped(reason);
  return new Trouble({
    kind: "refused",
    cause: `${addressOf(hop)} does not speak SSH as expected: ${reason}`,
    remedy: "Check that sshd listens on this port, and which algorithms it allows.",
  });
}

/** With a number, or without a word: it had no time for another connection. */
function sentAway({ code, message }: NonNullable<Seen["error"]>): boolean {
  return typeof code === "number" || /connection lost before/i.test(message);
}
