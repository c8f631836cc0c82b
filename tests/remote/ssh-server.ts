import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import {
  type AuthContext,
  type AuthenticationType,
  type Connection,
  Server,
  type ServerChannel,
  type TcpipRequestInfo,
} from "ssh2";
import { keyPair } from "../lab/plugins/command/ssh-server";

export interface SshServerOptions {
  /** Any that is free, by default. */
  port?: number;
  hostKeys?: { public: string; private: string }[];
  accepts?(attempt: AuthContext): boolean;
  /** How one may log in, as it tells whom it does not let in. */
  methods?: AuthenticationType[];
  /** The answer to the question that it asks by keyboard-interactive. */
  keyboard?: string;
  /** Destroys so many connections before it serves the next. */
  cutOff?: number;
  /** What `sudo -n …` does there; it runs the rest of its arguments by default. */
  sudo?: string;
  /** Lets nobody in before so many wait for it. */
  together?: number;
  /** How many sessions it allows on all connections together. */
  maxSessions?: number;
  /** What it waits for before it lets somebody in. */
  delay?(): Promise<void>;
  /** Whether it opens ways to other machines; true by default. */
  forwards?: boolean;
  /** Lets a command's standard input through piece by piece, and is told of each. */
  slowly?(bytes: number): void;
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
  const forwarded: number[] = [];
  const connections = new Set<Connection>();
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
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
      if (attempt.method !== "keyboard-interactive" || options.keyboard === undefined)
        return decide(connection, attempt, accepts(attempt));
      return attempt.prompt([{ prompt: "Password: ", echo: false }], ([answer]) =>
        decide(connection, attempt, answer === options.keyboard),
      );
    });
    if (options.forwards !== false) connection.on("tcpip", forward);
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

  function forward(accept: () => ServerChannel, reject: () => void, { destIP, destPort }: TcpipRequestInfo) {
    const socket = connect(destPort, destIP);
    socket.once("connect", () => {
      forwarded.push(destPort);
      const channel = accept();
      socket.pipe(channel).pipe(socket);
      channel.on("close", () => socket.destroy());
      socket.on("close", () => channel.end());
    });
    socket.on("error", () => reject());
  }

  function decide(connection: Connection, attempt: AuthContext, letIn: boolean) {
    if (!letIn) return attempt.reject(options.methods ?? ["publickey"]);
    // ssh2 would ask a client that has left meanwhile whether it is still there, for a minute.
    const accept = () => void (connections.has(connection) && attempt.accept());
    if (options.delay) return void options.delay().then(accept);
    waiting.push(accept);
    if (waiting.length >= (options.together ?? 1)) for (const each of waiting.splice(0)) each();
    return undefined;
  }

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
    const { slowly } = options;
    const input = slowly ? channel.pipe(slowed(slowly)) : channel;
    input.pipe(child.stdin).on("error", () => undefined);
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

  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    port,
    hostKey: hostKeys[0]?.public ?? "",
    commands,
    /** The ports that it has opened a way to. */
    forwarded,
    attempts: () => attempts,
    /** Resolves when every client has left. */
    async left() {
      await Promise.all([...sockets].map((socket) => once(socket, "close")));
    },
    logins: () => logins,
    mostOpen: () => mostOpen,
    mostPending: () => mostPending,
    /** Cuts every connection without a word. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      if (!server.address()) return;
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      rmSync(folder, { recursive: true });
    },
  };
}

export type SshServer = Awaited<ReturnType<typeof sshServer>>;

/** Lets a piece pass when it has nothing better to do, and holds none besides. */
function slowed(onPiece: (bytes: number) => void): Transform {
  return new Transform({
    highWaterMark: 1,
    transform(piece: Buffer, _encoding, done) {
      onPiece(piece.length);
      setImmediate(() => setImmediate(() => done(null, piece)));
    },
  });
}
