import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, Server, type ServerChannel } from "ssh2";
import { keyPair } from "../lab/plugins/command/ssh-server";
import { type Sent, scriptSent, upTo } from "./sent";

export type Ran = Omit<Sent, "mark">;

export interface Reply {
  code?: number;
  stdout?: string;
  stderr?: string;
  /** Goes on until its standard input ends, which is how a script is told to end. */
  hangs?: true;
  /** Holds what it is to hold until its standard input ends. */
  holds?: true;
  /** Restarts: all connections are lost. */
  restarts?: true;
}

/** Of a script: an answer, one for each time (the last one stays), or what makes it. */
export type Answer = Reply | Reply[] | ((variables: Record<string, string>) => Reply | Promise<Reply>);

export interface Login {
  /** What sudo asks of its user for; without it the user is root. */
  sudoPassword?: string;
  /** What it can show that it is the one, instead of the key that all of them have. */
  hostKeys?: readonly { public: string; private: string }[];
}

/** An answer that a script waits for until the test gives it. */
export function held(reply: Reply = {}) {
  let give: (reply: Reply) => void = () => undefined;
  const given = new Promise<Reply>((resolve) => {
    give = resolve;
  });
  return { answer: () => given, release: () => give(reply) };
}

const ownKeys = [keyPair()];

/**
 * Makes SSH servers on the loopback address that know our scripts, run none of them, and answer as they are told.
 * After each test they are gone; it fails where one of them was sent what nobody expected.
 */
export function fakeMachines() {
  const home = mkdtempSync(join(tmpdir(), "fake-machines-"));
  const identityFile = join(home, "key");
  writeFileSync(identityFile, userKey(), { mode: 0o600 });
  afterAll(() => rmSync(home, { recursive: true }));

  const made: FakeMachine[] = [];
  afterEach(async () => {
    const ends = await Promise.allSettled(made.splice(0).map((machine) => machine.stop()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  });

  return {
    async machine(
      name: string,
      answers: Record<string, Answer> = {},
      login: Login = {},
    ): Promise<FakeMachine> {
      const machine = await fakeMachine(name, answers, { identityFile, ...login });
      made.push(machine);
      return machine;
    },
    /** Nobody listens where it should be. */
    async unreachable(name: string): Promise<FakeMachine> {
      const machine = await fakeMachine(name, {}, { identityFile });
      await machine.stop();
      return machine;
    },
  };
}

/** Its lock is free, and it holds no k3s that says its version or tokens, unless a test says otherwise: no part of what is done. */
const aside: Record<string, Reply> = { "hold-lock": { holds: true }, "read-version": {}, "held-tokens": {} };

export type FakeMachine = Awaited<ReturnType<typeof fakeMachine>>;

/** A key that each of them lets in. */
export const userKey = () => keyPair().private;

/** One machine, which is there until it is stopped. */
export async function fakeMachine(
  name: string,
  answers: Record<string, Answer>,
  { identityFile, sudoPassword, hostKeys = ownKeys }: Login & { identityFile: string },
) {
  const ran: Ran[] = [];
  const endedEarly: string[] = [];
  const refused: string[] = [];
  const held: string[] = [];
  const connections = new Set<Connection>();

  const server = new Server({ hostKeys: hostKeys.map((pair) => pair.private) }, (connection) => {
    connections.add(connection);
    const isUp = () => !(connection as unknown as { _sock: Socket })._sock.readableEnded;
    connection.on("error", () => undefined).on("close", () => connections.delete(connection));
    connection.on("authentication", (attempt) => attempt.accept());
    connection.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        serve(acceptExec(), command, isUp).catch((error) => refused.push(`${command}: ${error}`));
      });
    });
  });

  async function serve(channel: ServerChannel, command: string, isUp: () => boolean) {
    const shell = sudoPassword === undefined ? command : await bySudo(channel, command, sudoPassword);
    if (shell === undefined) return channel.end();
    const sent = shell === "/bin/sh -s" ? await scriptSent(channel) : undefined;
    if (!sent) return refuse(channel, `what it was sent (${command})`);
    const { script, variables, mark } = sent;
    const isAside = Object.hasOwn(aside, script) && !answers[script];
    if (!isAside) ran.push({ script, variables });
    channel.write(`noise of a login shell\n${mark}\n`);
    const reply: Reply | undefined = isAside
      ? aside[script]
      : await replyTo(answers[script], { script, variables }, ran);
    if (reply?.holds) return hold(channel, variables);
    if (!reply) return refuse(channel, script);
    if (reply.restarts) return restart();
    if (reply.hangs) {
      await once(channel, "end");
      if (isUp()) endedEarly.push(script);
    }
    if (reply.stdout) channel.write(reply.stdout);
    if (reply.stderr) channel.stderr.write(reply.stderr);
    channel.exit(reply.hangs ? 143 : (reply.code ?? 0));
    return channel.end();
  }

  async function hold(channel: ServerChannel, variables: Record<string, string>) {
    const end = once(channel, "end");
    await Promise.race([once(channel, "data"), end]);
    held.push(variables.OWNER ?? "");
    channel.write("held\n");
    await end;
    held.splice(held.indexOf(variables.OWNER ?? ""), 1);
    channel.exit(0);
    channel.end();
  }

  function restart() {
    for (const connection of connections) connection.end();
  }

  function refuse(channel: ServerChannel, what: string) {
    refused.push(what);
    channel.stderr.write(`the fake machine ${name} refuses ${what}\n`);
    channel.exit(127);
    channel.end();
  }

  const inner = (server as unknown as { _srv: import("node:net").Server })._srv;
  const sockets = new Set<Socket>();
  inner.prependListener("connection", (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    name,
    answers,
    connection: {
      host: "127.0.0.1",
      port,
      identityFile,
      hostKey: hostKeys[0]?.public,
      ...(sudoPassword === undefined ? { user: "root" } : { user: "ops", sudoPassword }),
    },
    /** What it was sent, in its order. */
    ran,
    scripts: () => ran.map(({ script }) => script),
    variables: (script: string) => ran.findLast((each) => each.script === script)?.variables ?? {},
    /** Who holds its lock. */
    held,
    /** What was told to end, over a connection that was still up. */
    endedEarly,
    connections: () => connections.size,
    async stop() {
      restart();
      const closed = once(server, "close");
      server.close();
      // Who was still logging in does not hear that it is over.
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 1_000);
      await closed;
      clearTimeout(late);
      if (refused.length > 0) throw new Error(`${name} was sent what nobody expected: ${refused.join(", ")}`);
    },
  };
}

/** The command that sudo lets run; it asks for the password three times at most, and then ends. */
async function bySudo(
  channel: ServerChannel,
  command: string,
  password: string,
): Promise<string | undefined> {
  const [, prompt, ready, shell] = asking.exec(command) ?? [];
  if (!shell) return command;
  for (let times = 0; times < 3; times++) {
    channel.stderr.write(prompt);
    if ((await upTo(channel, "\n")) === `${password}\n`) {
      channel.write(`${ready}\n`);
      return shell;
    }
    channel.stderr.write("Sorry, try again.\n");
  }
  channel.exit(1);
  return undefined;
}

const asking = /^sudo -k -S -p '([^']+)' \/bin\/sh -c 'echo ([^']+); exec ([^']+)'$/;

async function replyTo(
  answer: Answer | undefined,
  { script, variables }: Ran,
  ran: Ran[],
): Promise<Reply | undefined> {
  if (typeof answer === "function") return answer(variables);
  if (!Array.isArray(answer)) return answer;
  const times = ran.filter((each) => each.script === script).length;
  return answer[Math.min(times, answer.length) - 1];
}
