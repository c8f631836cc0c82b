import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { dial } from "../../remote/dial";
import { RemoteError, Trouble } from "../../remote/errors";
import { fingerprint, parseHostKey } from "../../remote/known-hosts";
import { closeAll, machine } from "../../remote/pool";
import type { SshTarget } from "../../remote/target";
import { keyPair } from "../lab/plugins/command/ssh-server";
import { type SshServer, type SshServerOptions, sshServer } from "./ssh-server";

const deadline = 10_000;
const key = keyPair();
const script = (text: string, name = "probe") => ({ name, text });
const folder = mkdtempSync(join(tmpdir(), "pool-"));
const servers: SshServer[] = [];
const listeners: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  await closeAll();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const { server, sockets } of listeners.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(options: SshServerOptions = {}): Promise<{ server: SshServer; target: SshTarget }> {
  const server = await sshServer(options);
  servers.push(server);
  return {
    server,
    target: {
      transport: "ssh",
      host: "127.0.0.1",
      port: server.port,
      hostKey: server.hostKey,
      privateKey: key.private,
    },
  };
}

/** Something that listens and says what it is told to, which is nothing by default. */
async function listen(talk: (socket: Socket) => void = () => undefined): Promise<SshTarget> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  listeners.push({ server, sockets });
  const { port } = server.address() as { port: number };
  const hostKey = "SHA256:0000000000000000000000000000000000000000000";
  return { transport: "ssh", host: "127.0.0.1", port, privateKey: key.private, hostKey };
}

const failure = (target: SshTarget, limit = deadline, text = ":"): Promise<RemoteError> =>
  machine("s1", target)
    .run(script(text), { deadline: limit })
    .then(
      () => {
        throw new Error("it should have failed");
      },
      (error) => {
        expect(error).toBeInstanceOf(RemoteError);
        return error;
      },
    );

describe("a machine that cannot be connected to is an error that says why", () => {
  test("refused", async () => {
    const target = await listen();
    await new Promise((resolve) => listeners.pop()?.server.close(resolve));
    const error = await failure(target);
    expect(error.kind).toBe("refused");
    expect(error.message).toBe(
      `s1: 127.0.0.1:${target.port} refused the connection (ECONNREFUSED).\nCheck that sshd runs there and listens on this port.`,
    );
  });

  test("a server that accepts and never answers", async () => {
    const error = await failure(await listen(), 200);
    expect(error.kind).toBe("timed out");
    expect(error.message).toContain('"probe" could not start within 0.2 s');
  });

  test("a server that never answers, within the deadline for connecting", async () => {
    const target = await listen();
    const error = await dial(target, new AbortController().signal, 100).catch((each) => each);
    expect(error).toBeInstanceOf(Trouble);
    expect(error.failure.kind).toBe("timed out");
    expect(error.failure.cause).toContain("within 0.1 s");
  });

  test("an unknown host", async () => {
    const { target } = await serve();
    expect((await failure({ ...target, host: "no-such-host.invalid" })).kind).toBe("unknown host");
  });

  test("a server that does not speak SSH", async () => {
    const error = await failure(await listen((socket) => socket.end("SSH-1.0-old\r\n")));
    expect(error.kind).toBe("refused");
    expect(error.message).toContain("does not speak SSH as expected");
  });

  test("sudo that wants a password", async () => {
    const { target } = await serve({ sudo: 'echo "sudo: a password is required" >&2; exit 1' });
    const error = await failure({ ...target, user: "ops" });
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain("sudo refused ops");
    expect(error.remedy).toContain("NOPASSWD");
    const here = machine("s1", { ...target, user: "ops" });
    expect(await here.run(script("echo fine"), { deadline, root: false })).toBe("fine\n");
  });
});

describe("logging in", () => {
  test("a key that is not let in is an authentication error, and is not tried again", async () => {
    const { server, target } = await serve({ accepts: () => false });
    const error = await failure(target);
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain("did not let root in with the given private key (SHA256:");
    expect(server.attempts()).toBe(1);
  });

  test("an identity file is read, at first use", async () => {
    const identityFile = join(folder, "identity");
    const { target } = await serve();
    const s1 = machine("s1", { ...target, privateKey: undefined, identityFile });
    writeFileSync(identityFile, key.private);
    expect(await s1.run(script("echo in"), { deadline })).toBe("in\n");
  });

  const locked = keyPair("passphrase").private;
  test.each([
    ["is not there", { identityFile: "/nowhere/key" }, "cannot be read: ENOENT", "Correct identityFile"],
    ["has a passphrase", { privateKey: locked }, "is protected by a passphrase", "ssh-add"],
    ["is a public key", { privateKey: key.public }, "is a public key", "without .pub"],
    ["is nonsense", { privateKey: "nonsense" }, "is no private key that can be used", "ssh-keygen"],
  ])("a key that %s says what to do, and tells no key", async (_, given, message, remedy) => {
    const { server, target } = await serve();
    const error = await failure({ ...target, privateKey: undefined, ...given });
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
    expect(error.message).not.toContain("PRIVATE KEY");
    expect(server.attempts()).toBe(0);
  });

  describe("without a key", () => {
    const before = process.env.SSH_AUTH_SOCK;
    afterEach(() => {
      process.env.SSH_AUTH_SOCK = before;
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
    });

    test("and without an agent says what to do", async () => {
      delete process.env.SSH_AUTH_SOCK;
      const { target } = await serve();
      const error = await failure({ ...target, privateKey: undefined });
      expect(error.kind).toBe("authentication");
      expect(error.remedy).toContain("identityFile");
    });

    test("asks the agent", async () => {
      const socket = join(folder, "agent");
      const started = execFileSync("ssh-agent", ["-a", socket], { encoding: "utf8" });
      const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]);
      try {
        const file = join(folder, "agent-key");
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
        process.env.SSH_AUTH_SOCK = socket;
        execFileSync("ssh-add", ["-q", file], { env: process.env, stdio: "ignore" });
        const { target } = await serve();
        const s1 = machine("s1", { ...target, privateKey: undefined });
        expect(await s1.run(script("echo in"), { deadline })).toBe("in\n");
      } finally {
        process.kill(pid);
      }
    });

    test("an agent that is not there is an authentication error", async () => {
      process.env.SSH_AUTH_SOCK = join(folder, "nobody");
      const { target } = await serve();
      const error = await failure({ ...target, privateKey: undefined });
      expect(error.kind).toBe("authentication");
      expect(error.message).toContain("the keys of the ssh-agent");
    });
  });
});

describe("the host key", () => {
  const print = (publicKey: string) => fingerprint(parseHostKey(publicKey)?.blob ?? Buffer.alloc(0));
  const inFile = (text: string) => {
    const knownHosts = join(folder, "known_hosts");
    writeFileSync(knownHosts, text);
    return { hostKey: undefined, knownHosts };
  };
  const runs = (target: SshTarget) => machine("s1", target).run(script("echo in"), { deadline });

  test("may be pinned by its fingerprint", async () => {
    const { server, target } = await serve();
    expect(await runs({ ...target, hostKey: print(server.hostKey) })).toBe("in\n");
  });

  test("may be in the known hosts", async () => {
    const { server, target } = await serve();
    expect(await runs({ ...target, ...inFile(`[127.0.0.1]:${server.port} ${server.hostKey}\n`) })).toBe(
      "in\n",
    );
  });

  test.each([
    ["a pin", (known: string) => ({ hostKey: known })],
    ["the known hosts", (known: string) => inFile(`127.0.0.1 ${known}\n`)],
  ])("of another type than the server's first is asked for because of %s", async (_, known) => {
    const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 });
    const { target } = await serve({ hostKeys: [keyPair(), rsa] });
    expect(await runs({ ...target, ...known(rsa.public) })).toBe("in\n");
  });

  test("that is pinned and differs is an error with both, and is not tried again", async () => {
    const { server, target } = await serve();
    const pinned = keyPair().public;
    const error = await failure({ ...target, hostKey: pinned });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(`presented ${print(server.hostKey)} (ecdsa-sha2-nistp256) instead of`);
    expect(error.message).toContain(`instead of ${print(pinned)} (ecdsa-sha2-nistp256), which is pinned`);
    expect(server.attempts()).toBe(1);
    expect(server.logins()).toBe(0);
  });

  test("that differs from the known hosts is an error with both", async () => {
    const { server, target } = await serve();
    const known = keyPair().public;
    const error = await failure({ ...target, ...inFile(`127.0.0.1 ${known}\n`) });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(print(server.hostKey));
    expect(error.message).toContain(print(known));
    expect(server.logins()).toBe(0);
  });

  test.each([
    ["in a file without it", () => inFile("")],
    ["without a file", () => ({ hostKey: undefined, knownHosts: join(folder, "nothing") })],
  ])("that is unknown, %s, is an error that says how to pin it", async (_, known) => {
    const { server, target } = await serve();
    const error = await failure({ ...target, ...known() });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain("knows no key of it");
    expect(error.remedy).toContain(`hostKey: ${print(server.hostKey)}`);
    expect(server.logins()).toBe(0);
  });

  test("that is revoked is refused, also where it is known", async () => {
    const { server, target } = await serve();
    const lines = `127.0.0.1 ${server.hostKey}\n@revoked * ${server.hostKey}\n`;
    const error = await failure({ ...target, ...inFile(lines) });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain("revoked");
  });

  test("that is pinned as nonsense is an error before anything is connected to", async () => {
    const { server, target } = await serve();
    const error = await failure({ ...target, hostKey: "ssh-ed25519 AAAA" });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain("cannot be read");
    expect(server.attempts()).toBe(0);
  });
});

describe("one connection", () => {
  test("is shared by all that runs on a machine, eight at once", async () => {
    const { server, target } = await serve();
    // Each script waits for seven others: with fewer at once none of them would end.
    const meeting = (group: number) =>
      `cd '${folder}'; : >"m${group}.$$"; until [ "$(ls m${group}.* | wc -l)" -ge 8 ]; do sleep 0.01; done; echo met`;
    const runs = Array.from({ length: 24 }, (_, index) =>
      machine(`s${index}`, target).run(script(meeting(Math.floor(index / 8))), { deadline }),
    );
    expect(await Promise.all(runs)).toEqual(Array(24).fill("met\n"));
    expect(server.logins()).toBe(1);
    expect(server.mostOpen()).toBe(8);
  });

  test("to a server that allows fewer at once is shared by those that fit", async () => {
    const { server, target } = await serve({ maxSessions: 2 });
    const runs = Array.from({ length: 6 }, () => machine("s1", target).run(script("echo in"), { deadline }));
    expect(await Promise.all(runs)).toEqual(Array(6).fill("in\n"));
    expect(server.mostOpen()).toBe(2);
  });

  test("to a server that allows nothing is an error that says so", async () => {
    const { target } = await serve({ maxSessions: 0 });
    const error = await failure(target);
    expect(error.kind).toBe("refused");
    expect(error.remedy).toContain("MaxSessions");
  });

  test("runs nothing but a constant command", async () => {
    const { server, target } = await serve();
    const variables = { TOKEN: "pa55word" };
    await machine("s1", target).run(script(":"), { variables, deadline });
    await machine("s1", { ...target, user: "ops" }).writeFile(join(folder, "f"), "pa55word", {
      mode: "0600",
      deadline,
    });
    await machine("s1", { ...target, user: "ops" }).run(script(":"), { variables, deadline, root: false });
    expect(server.commands).toEqual(["/bin/sh -s", "sudo -n /bin/sh -s", "/bin/sh -s"]);
  });

  test("is made again after it was cut", async () => {
    const { server, target } = await serve();
    const s1 = machine("s1", target);
    await s1.run(script(":"), { deadline });
    server.cut();
    expect(await s1.run(script("echo again"), { deadline })).toBe("again\n");
    expect(server.logins()).toBe(2);
  });

  test("that is cut while a script runs is an error, and the script is not run again", async () => {
    const { server, target } = await serve();
    const s1 = machine("s1", target);
    const begun = join(folder, "begun");
    const work = s1
      .run(script(`echo half; : >'${begun}'; sleep 100`, "join"), { deadline })
      .catch((error) => error);
    await s1.run(script(`until [ -e '${begun}' ]; do sleep 0.01; done`), { deadline });
    server.cut();
    const error = await work;
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ kind: "connection lost", script: "join" });
    expect(error.message).toContain('was lost while "join" ran');
    expect(error.remedy).toContain("may have done a part");
    expect(server.commands).toHaveLength(2);
  });

  test("that sends the noise of a login shell first does not mix it with the answer", async () => {
    const { target } = await serve({ greeting: "Welcome!" });
    expect(await machine("s1", target).run(script("echo answer"), { deadline })).toBe("answer\n");
  });

  test("is not kept when the login failed", async () => {
    let open = false;
    const { target } = await serve({ accepts: () => open });
    await failure(target);
    open = true;
    expect(await machine("s1", target).run(script("echo in"), { deadline })).toBe("in\n");
  });
});

describe("many at once", () => {
  test("a server that drops connections is tried again", async () => {
    const { server, target } = await serve({ cutOff: 2 });
    expect(await machine("s1", target).run(script("echo in"), { deadline })).toBe("in\n");
    expect(server.attempts()).toBe(3);
  });

  test("a server that drops every connection is given up", async () => {
    const target = await listen((socket) => socket.destroy());
    const error = await dial(target, new AbortController().signal, 400).catch((each) => each);
    expect(error.failure.kind).toBe("connection lost");
    expect(error.failure.cause).toContain("dropped every connection before the login");
    expect(error.failure.remedy).toContain("MaxStartups");
  });

  test("no more than eight log in to one address", async () => {
    const { server, target } = await serve({ together: 8 });
    const runs = Array.from({ length: 16 }, (_, index) =>
      machine(`s${index}`, { ...target, user: `user${index}` }).run(script("echo in"), { deadline }),
    );
    expect(await Promise.all(runs)).toEqual(Array(16).fill("in\n"));
    expect(server.logins()).toBe(16);
    expect(server.mostPending()).toBe(8);
  });
});
