import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { type AuthContext, type Connection, Server, type ServerChannel, type Session, utils } from "ssh2";

/** Not ed25519 where any will do: one in two hundred of those that ssh2 1.17 makes cannot be read again. */
export function keyPair(passphrase?: string) {
  const locked = passphrase ? { passphrase, cipher: "aes256-ctr", rounds: 4 } : {};
  return utils.generateKeyPairSync("ecdsa", { bits: 256, ...locked });
}

/** Of each type that OpenSSH makes for a machine, the one first that most clients ask for first. */
export function hostKeyPairs() {
  return [ed25519Pair(), keyPair(), utils.generateKeyPairSync("rsa", { bits: 2048 })] as const;
}

function ed25519Pair(): ReturnType<typeof keyPair> {
  const pair = utils.generateKeyPairSync("ed25519");
  return utils.parseKey(pair.private) instanceof Error ? ed25519Pair() : pair;
}

export interface Ran {
  command: string;
  stdin: string;
  env: Record<string, string>;
}

export interface Reply {
  stdout?: string;
  stderr?: string;
  code?: number;
  /** Ends by a signal instead of a code. */
  signal?: string;
  /** Drops the connection instead of an answer. */
  drop?: true;
}

export interface SshServerOptions {
  /** Says yes or no to a login, or nothing when it answers the attempt itself. */
  accepts?(attempt: AuthContext): boolean | undefined;
  /** The environment variables that the server takes; all by default. */
  acceptEnv?: readonly string[];
  answer?(ran: Ran): Reply;
  /** Cuts off so many connections before it serves the next. */
  cutOff?: number;
  /** One, by default. */
  hostKeys?: readonly { public: string; private: string }[];
}

/** An SSH server on the loopback address that records what it is asked to run and forwards what it is asked to. */
export async function sshServer(options: SshServerOptions = {}) {
  const { accepts = () => true, answer = () => ({}) } = options;
  const { hostKeys = [keyPair()] } = options;
  const ran: Ran[] = [];
  const forwarded: number[] = [];
  const connections = new Set<Connection>();
  let attempts = 0;

  const server = new Server({ hostKeys: hostKeys.map((pair) => pair.private) }, (connection) => {
    connections.add(connection);
    attempts += 1;
    connection.on("error", () => undefined).on("close", () => connections.delete(connection));
    if (attempts <= (options.cutOff ?? 0)) return connection.end();
    connection.on("authentication", (attempt) => {
      const verdict = accepts(attempt);
      if (verdict) attempt.accept();
      if (verdict === false) attempt.reject(["publickey", "password", "keyboard-interactive"]);
    });
    connection.on("tcpip", (accept, _reject, { destIP, destPort }) => {
      forwarded.push(destPort);
      join(accept(), connect(destPort, destIP));
    });
    connection.on("session", (accept) => serve(accept(), connection));
    return undefined;
  });

  function serve(session: Session, connection: Connection) {
    const env: Record<string, string> = {};
    session.on("env", (accept, reject, { key, val }) => {
      const taken = options.acceptEnv?.includes(key) ?? true;
      if (taken) env[key] = val;
      (taken ? accept : reject)?.();
    });
    session.on("exec", async (accept, _reject, { command }) => {
      const channel = accept();
      const stdin = await text(channel);
      ran.push({ command, stdin, env });
      const shell = {
        stdout: Object.entries(env).reduce((all, [key, value]) => `${all}${key}=${value}\n`, ""),
      };
      end(channel, command === "env" ? shell : answer({ command, stdin, env }), connection);
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    port,
    hostKey: hostKeys[0]?.public ?? "",
    ran,
    forwarded,
    attempts: () => attempts,
    /** Resolves when every client has left. */
    async left() {
      await Promise.all([...connections].map((connection) => once(connection, "close")));
    },
    async stop() {
      for (const connection of connections) connection.end();
      server.close();
      await once(server, "close");
    },
  };
}

export type SshServer = Awaited<ReturnType<typeof sshServer>>;

function end(channel: ServerChannel, reply: Reply, connection: Connection) {
  if (reply.stdout) channel.write(reply.stdout);
  if (reply.stderr) channel.stderr.write(reply.stderr);
  if (reply.drop) return connection.end();
  if (reply.signal) channel.exit(reply.signal, false, "");
  else channel.exit(reply.code ?? 0);
  return channel.end();
}

async function text(channel: ServerChannel): Promise<string> {
  const chunks: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => void chunks.push(chunk));
  await once(channel, "end");
  return Buffer.concat(chunks).toString();
}

function join(one: Duplex, other: Duplex) {
  one.pipe(other).pipe(one);
  one.on("error", () => other.destroy()).on("close", () => other.destroy());
  other.on("error", () => one.destroy());
}
