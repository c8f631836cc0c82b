import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, Server, type ServerChannel } from "ssh2";
import { probe } from "../../../providers/preflight/probe";
import { withVariables } from "../../../remote/quote";
import { guarded } from "../../../remote/wrap";
import { keyPair } from "../../lab/plugins/command/ssh-server";

export interface Answer {
  code?: number;
  stdout?: string;
  stderr?: string;
}

export type FleetMachine = Awaited<ReturnType<typeof server>>;

/** SSH servers on the loopback address that take the probe as we send it, and nothing else, and answer as told. */
export function fleet() {
  const home = mkdtempSync(join(tmpdir(), "fleet-"));
  const identityFile = join(home, "key");
  writeFileSync(identityFile, keyPair().private, { mode: 0o600 });
  const hostKey = keyPair();
  const machines: FleetMachine[] = [];
  return {
    async machine(name: string, answer: Answer): Promise<FleetMachine> {
      const machine = await server(name, answer, { identityFile, hostKey });
      machines.push(machine);
      return machine;
    },
    async stop(): Promise<void> {
      await Promise.all(machines.splice(0).map((machine) => machine.stop()));
      rmSync(home, { recursive: true });
    },
  };
}

interface Keys {
  identityFile: string;
  hostKey: { public: string; private: string };
}

async function server(name: string, answer: Answer, { identityFile, hostKey }: Keys) {
  const probed: Record<string, string>[] = [];
  const connections = new Set<Connection>();
  const ssh = new Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    connection.on("error", () => undefined).on("close", () => connections.delete(connection));
    connection.on("authentication", (attempt) => attempt.accept());
    connection.on("session", (accept) => {
      accept().on("exec", (acceptExec) => void serve(acceptExec()));
    });
  });

  async function serve(channel: ServerChannel) {
    const { variables, mark } = sent(await input(channel));
    if (variables) probed.push(variables);
    const {
      code = 0,
      stdout = "",
      stderr = "",
    } = variables ? answer : { code: 127, stderr: "not the probe" };
    channel.write(`${mark}\n${stdout}`);
    channel.stderr.write(stderr);
    channel.exit(code);
    channel.end();
  }

  ssh.listen(0, "127.0.0.1");
  await once(ssh, "listening");
  const { port } = ssh.address() as { port: number };
  return {
    name,
    connection: { host: "127.0.0.1", port, user: "root", identityFile, hostKey: hostKey.public },
    /** The variables of each probe. */
    probed,
    async stop() {
      for (const connection of connections) connection.end();
      if (ssh.address()) await new Promise((done) => ssh.close(done));
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

/** The variables that the probe was sent with, where it was: not a byte may differ. */
function sent(text: string): { mark: string; variables?: Record<string, string> } {
  const [, mark = "", body = ""] = /\necho ([0-9a-f]{32})\n\(\n(.*)\n\) 3<&-\n/s.exec(text) ?? [];
  const whole = probe().text;
  if (!body.endsWith(whole)) return { mark };
  const variables = Object.fromEntries(
    [...body.slice(0, -whole.length).matchAll(/([A-Z][A-Z0-9_]*)='([^']*)'\n/g)].map(
      ([, key = "", value = ""]) => [key, value],
    ),
  );
  return guarded(withVariables(whole, variables), mark) === text ? { mark, variables } : { mark };
}
