import type { Dialled } from "./dial";
import { gate } from "./gate";
import { keepAlive } from "./keep-alive";
import { openSession } from "./session";
import type { Running } from "./transport";

/** sshd allows ten sessions on a connection (MaxSessions). */
const sessions = 8;

/** Milliseconds that a machine is given to close a connection from its side. */
const farewell = 1_000;

/** One authenticated connection, shared by all that runs on its machine. */
export interface Link {
  start(command: string, signal: AbortSignal): Promise<Running>;
  /** Resolves when the connection is gone, for whatever reason. */
  closed: Promise<void>;
  end(): Promise<void>;
}

export function link({ client, socket }: Dialled, address: string): Link {
  const slots = gate(sessions);
  let users = 0;
  let cause = "it was closed";
  client.on("error", (error) => {
    cause = error.message;
  });
  const closed = new Promise<void>((resolve) => {
    if (socket.destroyed) resolve();
    socket.once("close", () => resolve());
  });
  const stopKeepAlive = keepAlive(client, (reason) => {
    cause = reason;
    socket.destroy();
  });
  void closed.then(stopKeepAlive);
  // An idle connection must not keep the process alive; one that works must.
  socket.unref();

  function use(): () => void {
    if (users++ === 0) socket.ref();
    return () => {
      if (--users === 0) socket.unref();
    };
  }

  const connection = {
    client,
    address,
    cause: () => cause,
    isGone: () => socket.destroyed,
    isShared: () => users > 1,
  };

  return {
    closed,
    async start(command, signal) {
      const unuse = use();
      let leave: () => void = () => undefined;
      const finish = () => {
        leave();
        unuse();
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
      const patience = setTimeout(() => socket.destroy(), farewell);
      client.end();
      await closed;
      clearTimeout(patience);
    },
  };
}
