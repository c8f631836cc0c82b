import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentProtocol, utils } from "ssh2";
import { type Connection, connection as fields, type Hop } from "../../../../lab/plugins/command/connection";
import { dial } from "../../../../lab/plugins/command/dial";
import { withDefaults } from "../../../../lab/plugins/fields";
import { hostKeyPairs, keyPair, type SshServer, type SshServerOptions, sshServer } from "./ssh-server";

const key = keyPair();
const locked = keyPair("open");
const servers: SshServer[] = [];
const status: string[] = [];

beforeAll(() => {
  delete process.env.SSH_AUTH_SOCK;
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  status.length = 0;
});

async function start(options?: SshServerOptions): Promise<SshServer> {
  const server = await sshServer(options);
  servers.push(server);
  return server;
}

function to(server: { port: number }, given: Partial<Connection> = {}): Connection {
  const connection = { host: "127.0.0.1", port: server.port, dialErrorLimit: 0, ...given };
  return withDefaults(fields, connection as Record<string, unknown>) as unknown as Connection;
}

async function reach(connection: Connection): Promise<void> {
  const call = {
    name: "name",
    signal: new AbortController().signal,
    status: (line: string) => void status.push(line),
  };
  (await dial(connection, call)).close();
}

const keyOnly =
  (pair: { public: string }): SshServerOptions["accepts"] =>
  (attempt) => {
    if (attempt.method !== "publickey") return false;
    const allowed = utils.parseKey(pair.public);
    return !(allowed instanceof Error) && allowed.getPublicSSH().equals(attempt.key.data);
  };

describe("logs in", () => {
  test.each<[string, SshServerOptions["accepts"], Partial<Hop>]>([
    ["with nothing, where that is enough", (attempt) => attempt.method === "none", {}],
    [
      "with a password",
      (attempt) => attempt.method === "password" && attempt.password === "pw",
      { password: "pw" },
    ],
    ["with a key", keyOnly(key), { privateKey: key.private }],
    [
      "with a key behind a passphrase",
      keyOnly(locked),
      { privateKey: locked.private, privateKeyPassword: "open" },
    ],
    ["with the key first", keyOnly(key), { privateKey: key.private, password: "wrong" }],
    ["as root", (attempt) => attempt.username === "root", {}],
    ["as the user that is given", (attempt) => attempt.username === "admin", { user: "admin" }],
  ])("%s", async (_case, accepts, given) => {
    const server = await start({ accepts });
    await reach(to(server, given));
    expect(server.attempts()).toBe(1);
  });

  test("by keyboard-interactive, which asks for the same password", async () => {
    const asked: string[] = [];
    const server = await start({
      accepts(attempt) {
        if (attempt.method !== "keyboard-interactive") return false;
        attempt.prompt("Password: ", (answers) => {
          asked.push(...answers);
          attempt.accept();
        });
        return undefined;
      },
    });
    await reach(to(server, { password: "pw" }));
    expect(asked).toEqual(["pw"]);
  });
});

describe("an agent", () => {
  test.each(["agentSocketPath", "SSH_AUTH_SOCK"])("is asked for its keys at %s", async (where) => {
    const socket = await agent(key.private);
    const server = await start({ accepts: keyOnly(key) });
    try {
      if (where === "SSH_AUTH_SOCK") process.env.SSH_AUTH_SOCK = socket.path;
      await reach(to(server, where === "agentSocketPath" ? { agentSocketPath: socket.path } : {}));
    } finally {
      delete process.env.SSH_AUTH_SOCK;
      await socket.stop();
    }
  });
});

describe("host keys", () => {
  test("are ignored unless one is expected", async () => {
    await reach(to(await start()));
  });

  test("are compared with the one that is expected", async () => {
    const server = await start();
    await reach(to(server, { hostKey: server.hostKey }));
    await expect(reach(to(server, { hostKey: key.public }))).rejects.toThrow(
      "Host denied (verification failed)",
    );
  });

  test("are asked for in the order of Go, also where the one that is expected is another", async () => {
    const [ed25519, ecdsa, rsa] = hostKeyPairs();
    const server = await start({ hostKeys: [ed25519, rsa, ecdsa] });
    await reach(to(server, { hostKey: ecdsa.public }));
    for (const { public: hostKey } of [ed25519, rsa])
      await expect(reach(to(server, { hostKey }))).rejects.toThrow("Host denied (verification failed)");
  });
});

describe("proxy", () => {
  test("carries the connection, each hop with its own login", async () => {
    const machine = await start({
      accepts: (attempt) => attempt.method === "password" && attempt.password === "in",
    });
    const bastion = await start({
      accepts: (attempt) => attempt.method === "password" && attempt.password === "out",
    });
    const proxy = { host: "127.0.0.1", port: bastion.port, password: "out", dialErrorLimit: 0 } as Hop;
    await reach(to(machine, { password: "in", proxy }));
    await Promise.all([machine.left(), bastion.left()]);
    expect({ forwarded: bastion.forwarded, attempts: machine.attempts() }).toEqual({
      forwarded: [machine.port],
      attempts: 1,
    });
  });

  test("is named when it is the one that cannot be reached", async () => {
    const machine = await start();
    const proxy = { host: "127.0.0.1", port: await closedPort(), user: "hop", dialErrorLimit: 0 } as Hop;
    await expect(reach(to(machine, { proxy }))).rejects.toThrow(
      `hop@127.0.0.1:${proxy.port} could not be reached over SSH after a failed attempt: connect ECONNREFUSED`,
    );
  });

  test("is left when the machine behind it cannot be reached", async () => {
    const bastion = await start();
    const proxy = { host: "127.0.0.1", port: bastion.port, dialErrorLimit: 0 } as Hop;
    await expect(reach(to({ port: await closedPort() }, { proxy }))).rejects.toThrow("could not be reached");
    await bastion.left();
  });
});

describe("failures", () => {
  test("are borne as often as allowed, and told", async () => {
    const server = await start({ cutOff: 1 });
    await reach(to(server, { dialErrorLimit: 1 }));
    expect(server.attempts()).toBe(2);
    expect(status).toEqual(["Dial 1/1 failed: retrying"]);
  });

  test("say whom and where, why, and what to do", async () => {
    const server = await start({ accepts: () => false });
    await expect(reach(to(server, { password: "pw" }))).rejects.toThrow(
      `root@127.0.0.1:${server.port} could not be reached over SSH after a failed attempt: All configured authentication methods failed
  next: Check that the machine is up, that sshd answers there and accepts this user and key, then run this again.`,
    );
  });

  test("come after the time for one attempt, when a server keeps silent", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const connection = { ...to({ port }), perDialTimeout: 0.05 };
    await expect(reach(connection)).rejects.toThrow("Timed out while waiting for handshake");
    silent.close();
  });

  test.each<[string, Partial<Hop>, string]>([
    [
      "a key that is none",
      { privateKey: "no key" },
      "connection.privateKey could not be read: Unsupported key format",
    ],
    [
      "a locked key",
      { privateKey: locked.private },
      "connection.privateKey could not be read: Encrypted private",
    ],
    [
      "a wrong passphrase",
      { privateKey: locked.private, privateKeyPassword: "no" },
      "connection.privateKey could not be read",
    ],
    [
      "a host key that is none",
      { hostKey: "no key" },
      "connection.hostKey could not be read: Unsupported key format",
    ],
  ])("that no attempt can mend are told at once: %s", async (_case, given, message) => {
    const server = await start();
    await expect(reach(to(server, { ...given, dialErrorLimit: -1 }))).rejects.toThrow(message);
    expect(server.attempts()).toBe(0);
  });
});

/** A port that was free a moment ago: nobody listens there. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** An SSH agent that holds one key. */
async function agent(privateKey: string) {
  const held = utils.parseKey(privateKey);
  if (held instanceof Error) throw held;
  const path = join(await mkdtemp(join(tmpdir(), "agent-")), "socket");
  const server = createServer((client) => {
    const protocol = new AgentProtocol(false);
    protocol.on("identities", (request) => protocol.getIdentitiesReply(request, [held]));
    protocol.on("sign", (request, _key, data) => protocol.signReply(request, held.sign(data)));
    client.pipe(protocol).pipe(client);
  }).listen(path);
  await once(server, "listening");
  return {
    path,
    async stop() {
      server.close();
      await rm(dirname(path), { recursive: true });
    },
  };
}
