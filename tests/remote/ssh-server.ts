import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuthContext, type Connection, Server, type ServerChannel } from "ssh2";
import { keyPair } from "../lab/plugins/command/ssh-server";

export interface SshServerOptions {
  hostKeys?: { public: string; private: string }[];
  accepts?(attempt: AuthContext): boolean;
  /** Destroys so many connections before it serves the next. */
  cutOff?: number;
  /** What `sudo -n …` does there; it runs the rest of its arguments by default. */
  sudo?: string;
  /** Lets nobody in before so many wait for it. */
  together?: number;
  /** How many sessions it allows on all connections together. */
  maxSessions?: number;
  /** Said by the login shell before the command runs. */
  greeting?: string;
}

/** An SSH server on the loopback address that runs what it is asked to run, here, with a sudo of its own. */
export async function sshServer(options: SshServerOptions = {}) {
  const { accepts = () => true, sudo = 'shift; exec "$@"', greeting = "" } = options;
  const hostKeys = options.hostKeys ?? [keyPair()];
  const folder = mkdtempSync(join(tmpdir(), "ssh-server-"));
  writeFileSync(join(folder, "sudo"), `#!/bin/sh\n${sudo}\n`);
  chmodSync(join(folder, "sudo"), 0o755);

  const commands: string[] = [];
  const connections = new Set<Connection>();
  const sockets = new Set<Socket>();
  const waiting: AuthContext[] = [];
  let logins = 0;
  let attempts = 0;
  let pending = 0;
  let mostPending = 0;
  let open = 0;
  let mostOpen = 0;

  const server = new Server({ hostKeys: hostKeys.map((pair) => pair.private) }, (connection) => {
    connections.add(connection);
    let left = false;
    const settled = () => {
      if (!left) pending -= 1;
      left = true;
    };
    pending += 1;
    mostPending = Math.max(mostPending, pending);
    connection
      .on("error", () => undefined)
      .on("close", () => {
        settled();
        connections.delete(connection);
      });
    connection.on("authentication", (attempt) => {
      if (!accepts(attempt)) return attempt.reject(["publickey"]);
      waiting.push(attempt);
      if (waiting.length >= (options.together ?? 1)) for (const each of waiting.splice(0)) each.accept();
      return undefined;
    });
    connection.on("ready", () => {
      settled();
      logins += 1;
    });
    connection.on("session", (accept, reject) => {
      if (open >= (options.maxSessions ?? 10)) return reject();
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      return accept().on("exec", (acceptExec, _reject, { command }) => {
        commands.push(command);
        execute(acceptExec(), command, () => {
          open -= 1;
        });
      });
    });
  });

  // ssh2 listens for connections first: here they are cut off before it has said anything.
  const inner = (server as unknown as { _srv: import("node:net").Server })._srv;
  inner.prependListener("connection", (socket: Socket) => {
    attempts += 1;
    sockets.add(socket.setNoDelay(true));
    socket.on("close", () => sockets.delete(socket));
    if (attempts <= (options.cutOff ?? 0)) socket.destroy();
  });

  function execute(channel: ServerChannel, command: string, done: () => void) {
    const child = spawn("/bin/sh", ["-c", `${greeting && `echo '${greeting}'; `}exec ${command}`], {
      detached: true,
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
    channel.pipe(child.stdin).on("error", () => undefined);
    channel.on("close", () => child.stdin.destroy());
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.on("close", (code, signal) => {
      done();
      if (signal) channel.exit(signal.replace(/^SIG/, ""), false, "");
      else channel.exit(code ?? 0);
      channel.end();
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    port,
    hostKey: hostKeys[0]?.public ?? "",
    commands,
    attempts: () => attempts,
    logins: () => logins,
    mostOpen: () => mostOpen,
    mostPending: () => mostPending,
    /** Cuts every connection without a word. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      rmSync(folder, { recursive: true });
    },
  };
}

export type SshServer = Awaited<ReturnType<typeof sshServer>>;
