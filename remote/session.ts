import { setTimeout as pause } from "node:timers/promises";
import type { Client, ClientChannel } from "ssh2";
import { Trouble } from "./errors";
import { unless } from "./stopper";
import type { Exit, Running } from "./transport";

export interface Connection {
  client: Client;
  address: string;
  /** Why it was lost. */
  cause(): string;
  isGone(): boolean;
  /** Whether something else is under way on it. */
  isShared(): boolean;
}

/** Starts a command on a connection; fails with Trouble. */
export async function openSession(
  connection: Connection,
  command: string,
  signal: AbortSignal,
): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(connection, command, signal);
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
      // Another session will end, or one that has ended will be forgotten: sshd needs a moment for that.
      if (attempt >= attempts && !connection.isShared()) throw turnedAway(connection, error);
      await pause(Math.min(5 * 2 ** attempt, 250), undefined, { signal }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  }
}

/** How often a machine without any other session is asked for one. */
const attempts = 5;

/** The server opened no session, so that nothing ran. */
class NoRoom extends Error {}

async function open(connection: Connection, command: string, signal: AbortSignal): Promise<Running> {
  const opening = exec(connection, command);
  try {
    return await unless(signal, opening);
  } catch (error) {
    opening.then((late) => late.abandon()).catch(() => undefined);
    throw error;
  }
}

function exec(connection: Connection, command: string): Promise<Running> {
  return new Promise((resolve, reject) => {
    try {
      connection.client.exec(command, (error, channel) => {
        // Listens at once: a command that ends immediately has its end in the same packet.
        if (!error) resolve(runningIn(channel, connection));
        else if (connection.isGone()) reject(gone(connection));
        else if ("reason" in error) reject(new NoRoom(error.message));
        else reject(turnedAway(connection, error));
      });
    } catch {
      // Thrown where the connection is closing already.
      reject(gone(connection));
    }
  });
}

function runningIn(channel: ClientChannel, connection: Connection): Running {
  let exit: Exit | undefined;
  let letGo: () => void = () => undefined;
  channel.once("exit", (code: number | null, signal?: string) => {
    exit = code === null ? { signal: signal ?? "unknown" } : { code };
  });
  const ended = new Promise<Exit>((resolve) => {
    channel.once("close", () => resolve(exit ?? { lost: connection.cause() }));
    letGo = () => resolve({ lost: "it did not end in time" });
  });
  const abandon = () => {
    channel.destroy();
    letGo();
  };
  return { stdin: channel, stdout: channel, stderr: channel.stderr, ended, abandon };
}

/** The connection was no more, so that nothing ran. */
export class Gone extends Trouble {}

export function gone({ address, cause }: Connection): Gone {
  return new Gone({
    kind: "connection lost",
    cause: `the connection to ${address} was lost: ${cause()}`,
    remedy: "Check that the machine is up, then run this again.",
  });
}

function turnedAway({ address }: Connection, error: Error): Trouble {
  return new Trouble({
    kind: "refused",
    cause: `${address} let nothing run on its connection: ${reasonIn(error)}`,
    remedy: "Check MaxSessions in its sshd_config, and that the user may run commands.",
  });
}

/** Why the server opened no channel, in its own words. */
export function reasonIn({ message }: Error): string {
  return message.replace("(SSH) Channel open failure: ", "") || "it gives no reason";
}
