import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Dialled } from "./dial";
import { forward } from "./forward";
import { gate } from "./gate";
import { keepAlive } from "./keep-alive";
import { typeOf } from "./known-hosts";
import { openSession } from "./session";
import { addressOf, type Hop } from "./target";
import type { Running } from "./transport";

/** sshd allows ten sessions on a connection (MaxSessions). */
const sessions = 8;

/** Milliseconds that a machine is given to close a connection from its side. */
const farewell = 1_000;

/** One authenticated connection, shared by all that runs on its machine. */
export interface Link {
  start(command: string, signal: AbortSignal): Promise<Running>;
  /** Opens a way to another machine through this one. */
  forward(hop: Hop, signal: AbortSignal): Promise<Duplex>;
  /** Keeps the process alive until it is called off: an idle connection does not. */
  hold(): () => void;
  /** "ssh-ed25519 AAAA…": the key that the machine has shown. */
  hostKey: string;
  /** Resolves when the connection is gone, for whatever reason. */
  closed: Promise<void>;
  end(): Promise<void>;
}

export function link({ client, stream, hostKey }: Dialled, hop: Hop, bastion?: Link): Link {
  const address = addressOf(hop);
  const slots = gate(sessions);
  let users = 0;
  let cause = "it was closed";
  client.on("error", (error) => {
    cause = error.message;
  });
  let open = !stream.destroyed;
  const closed = new Promise<void>((resolve) => {
    if (!open) resolve();
    stream.prependOnceListener("close", () => {
      open = false;
      resolve();
    });
  });
  const stopKeepAlive = keepAlive(client, (reason) => {
    cause = reason;
    stream.destroy();
  });
  void closed.then(stopKeepAlive);
  if (stream instanceof Socket) stream.unref();
  let release: () => void = () => undefined;

  function hold(): () => void {
    if (users++ === 0) release = keepAwake(stream, bastion);
    return () => {
      if (--users === 0) release();
    };
  }

  const connection = {
    client,
    address,
    cause: () => cause,
    isGone: () => !open || stream.destroyed,
    isShared: () => users > 1,
  };

  return {
    closed,
    hold,
    hostKey: `${typeOf(hostKey)} ${hostKey.toString("base64")}`,
    forward: (other, signal) => forward(connection, other, signal),
    async start(command, signal) {
      const letGo = hold();
      let leave: () => void = () => undefined;
      const finish = () => {
        leave();
        letGo();
      };
      try {
        leave = await slots.enter(signal);
        const running = await openSession(connection, command, signal);
        void running.ended.then(finish);
        return running;
      } catch (error) {
        finish();
        throw error;
      }
    },
    async end() {
      // A machine that is gone would never answer.
      const patience = setTimeout(() => stream.destroy(), farewell);
      client.end();
      await closed;
      clearTimeout(patience);
    },
  };
}

/** An idle connection must not keep the process alive; one that works must. */
function keepAwake(stream: Duplex, bastion: Link | undefined): () => void {
  if (bastion) return bastion.hold();
  if (!(stream instanceof Socket)) return () => undefined;
  stream.ref();
  return () => void stream.unref();
}
