import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Connection, Server, type ServerChannel } from "ssh2";
import { withVariables } from "../../remote/quote";
import { guarded } from "../../remote/wrap";
import { keyPair } from "../lab/plugins/command/ssh-server";

export interface Ran {
  script: string;
  variables: Record<string, string>;
}

export interface Reply {
  code?: number;
  stdout?: string;
  stderr?: string;
  /** Goes on until its standard input ends, which is how a script is told to end. */
  hangs?: true;
}

/** Of a script: an answer, one for each time (the last one stays), or what makes it. */
export type Answer = Reply | Reply[] | ((variables: Record<string, string>) => Reply | Promise<Reply>);

const folder = join(__dirname, "../../scripts");
const texts = readdirSync(folder)
  .filter((file) => file.endsWith(".sh"))
  .map((file) => ({ script: basename(file, ".sh"), text: readFileSync(join(folder, file), "utf8") }));
const { public: hostKey, private: hostPrivate } = keyPair();

/**
 * Makes SSH servers on the loopback address that know our scripts, run none of them, and answer as they are told.
 * After each test they are gone; it fails where one of them was sent what nobody expected.
 */
export function fakeMachines() {
  const home = mkdtempSync(join(tmpdir(), "fake-machines-"));
  const identityFile = join(home, "key");
  writeFileSync(identityFile, keyPair().private, { mode: 0o600 });
  afterAll(() => rmSync(home, { recursive: true }));

  const made: FakeMachine[] = [];
  afterEach(async () => {
    const ends = await Promise.allSettled(made.splice(0).map((machine) => machine.stop()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  });

  return {
    async machine(name: string, answers: Record<string, Answer> = {}): Promise<FakeMachine> {
      const machine = await fakeMachine(name, answers, identityFile);
      made.push(machine);
      return machine;
    },
    /** Nobody listens where it should be. */
    async unreachable(name: string): Promise<FakeMachine> {
      const machine = await fakeMachine(name, {}, identityFile);
      await machine.stop();
      return machine;
    },
  };
}

export type FakeMachine = Awaited<ReturnType<typeof fakeMachine>>;

async function fakeMachine(name: string, answers: Record<string, Answer>, identityFile: string) {
  const ran: Ran[] = [];
  const endedEarly: string[] = [];
  const refused: string[] = [];
  const connections = new Set<Connection>();

  const server = new Server({ hostKeys: [hostPrivate] }, (connection) => {
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
    const sent = recognised(command, await input(channel));
    if (!sent) return refuse(channel, `what it was sent (${command})`);
    const { script, variables, mark } = sent;
    ran.push({ script, variables });
    channel.write(`noise of a login shell\n${mark}\n`);
    const reply = await replyTo(answers[script], { script, variables }, ran);
    if (!reply) return refuse(channel, script);
    if (reply.hangs) {
      await once(channel, "end");
      if (isUp()) endedEarly.push(script);
    }
    if (reply.stdout) channel.write(reply.stdout);
    if (reply.stderr) channel.stderr.write(reply.stderr);
    channel.exit(reply.hangs ? 143 : (reply.code ?? 0));
    return channel.end();
  }

  function refuse(channel: ServerChannel, what: string) {
    refused.push(what);
    channel.stderr.write(`the fake machine ${name} refuses ${what}\n`);
    channel.exit(127);
    channel.end();
  }

  const inner = (server as unknown as { _srv: import("node:net").Server })._srv;
  inner.prependListener("connection", (socket: Socket) => void socket.setNoDelay(true));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    name,
    answers,
    connection: { host: "127.0.0.1", port, user: "root", identityFile, hostKey },
    /** What it was sent, in its order. */
    ran,
    scripts: () => ran.map(({ script }) => script),
    variables: (script: string) => ran.findLast((each) => each.script === script)?.variables ?? {},
    /** What was told to end, over a connection that was still up. */
    endedEarly,
    connections: () => connections.size,
    async stop() {
      for (const connection of connections) connection.end();
      server.close();
      await once(server, "close");
      if (refused.length > 0) throw new Error(`${name} was sent what nobody expected: ${refused.join(", ")}`);
    },
  };
}

/** Everything up to the brace that lets the shell begin; the stream stays open after it. */
async function input(channel: ServerChannel): Promise<string> {
  let text = "";
  for await (const chunk of channel.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.endsWith("\n} 3<&0 </dev/null\n")) break;
  }
  channel.resume();
  return text;
}

/** Which script was sent with which variables: not a byte may differ from how ours are sent. */
function recognised(command: string, sent: string) {
  if (command !== "/bin/sh -s" && command !== "sudo -n /bin/sh -s") return undefined;
  const [, mark = "", body = ""] = /\necho ([0-9a-f]{32})\n\(\n(.*)\n\) 3<&-\n/s.exec(sent) ?? [];
  const found = texts.find(({ text }) => body === text || body.endsWith(`\n${text}`));
  if (!found) return undefined;
  const assignments = body.slice(0, body.length - found.text.length);
  const variables = Object.fromEntries(
    [...assignments.matchAll(/([A-Z][A-Z0-9_]*)='((?:[^']|'\\'')*)'\n/g)].map(([, key = "", value = ""]) => [
      key,
      value.replaceAll("'\\''", "'"),
    ]),
  );
  const exact = guarded(withVariables(found.text, variables), mark) === sent;
  return exact ? { script: found.script, variables, mark } : undefined;
}

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
