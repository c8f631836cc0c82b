import type { Socket } from "node:net";
import { Client, type ConnectConfig } from "ssh2";
import type { Credentials } from "./credentials";
import { type Failure, type RemoteErrorKind, Trouble } from "./errors";
import type { Expectation } from "./host-key";
import { Dropped } from "./socket";
import { addressOf, type SshTarget, userOf } from "./target";

export interface Identity {
  credentials: Credentials;
  hostKey: Expectation;
}

/** Makes an open socket an authenticated SSH connection, or destroys it. */
export async function handshake(
  socket: Socket,
  target: SshTarget,
  identity: Identity,
  signal: AbortSignal,
): Promise<Client> {
  const client = new Client();
  const seen: Seen = { keysExchanged: false };
  client.once("handshake", () => {
    seen.keysExchanged = true;
  });
  try {
    return await new Promise((resolve, reject) => {
      const fail = () => reject(diagnosis(seen, target, identity));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      client.once("ready", () => resolve(client));
      // One error may follow another, and the first says most.
      client.on("error", (error) => {
        seen.error ??= error;
        if (error.level !== "agent") fail();
      });
      client.once("close", fail);
      client.connect(
        configFor(socket, target, identity, (objection) => {
          seen.objection = objection;
        }),
      );
      if (signal.aborted) reject(signal.reason);
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface Seen {
  keysExchanged: boolean;
  objection?: Failure;
  error?: Error & { level?: string; code?: unknown };
}

function configFor(
  sock: Socket,
  target: SshTarget,
  { credentials, hostKey }: Identity,
  object: (objection: Failure | undefined) => void,
): ConnectConfig {
  const { privateKey, agent } = credentials;
  return {
    sock,
    username: userOf(target),
    privateKey,
    agent,
    authHandler: privateKey ? ["publickey"] : ["agent"],
    // The dial has a deadline of its own, for all its attempts together.
    readyTimeout: 0,
    ...(hostKey.algorithms && { algorithms: { serverHostKey: hostKey.algorithms } }),
    hostVerifier: (key: Buffer) => {
      const objection = hostKey.objection(key);
      object(objection);
      return objection === undefined;
    },
  };
}

function diagnosis({ objection, error, keysExchanged }: Seen, target: SshTarget, identity: Identity): Error {
  if (objection) return new Trouble(objection);
  const level = error?.level;
  const reason = error?.message ?? "the connection was closed";
  if (keysExchanged) return loginFailed(target, identity, level, reason);
  if (wasDropped(error)) return new Dropped(reason);
  return trouble(
    "refused",
    `${addressOf(target)} does not speak SSH as expected: ${reason}`,
    "Check that sshd listens on this port, and which algorithms it allows.",
  );
}

/** Closed, reset, or sent away with a number: it had no time for another connection. */
function wasDropped(error: Seen["error"]): boolean {
  if (!error || error.level === "client-socket") return true;
  return typeof error.code === "number" || /connection lost before/i.test(error.message);
}

function loginFailed(target: SshTarget, { credentials }: Identity, level = "", reason = ""): Trouble {
  const user = userOf(target);
  if (level === "client-socket")
    return trouble(
      "connection lost",
      `the connection to ${addressOf(target)} was lost while logging in: ${reason}`,
      "Check that the machine is up, then run this again.",
    );
  const refused = `${addressOf(target)} did not let ${user} in with ${credentials.description}`;
  return trouble(
    "authentication",
    /all configured authentication methods/i.test(reason) ? refused : `${refused}: ${reason}`,
    `Check the user, and that its ~/.ssh/authorized_keys there holds the key; \`journalctl -u ssh\` there says more.`,
  );
}

function trouble(kind: RemoteErrorKind, cause: string, remedy: string): Trouble {
  return new Trouble({ kind, cause, remedy });
}
