import { mkdirSync, writeFileSync } from "node:fs";
import net, { Socket } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { closePool } from "../../remote/connections";
import type { RemoteError } from "../../remote/errors";
import { localTransport } from "../../remote/local";
import { machineOver } from "../../remote/machine";
import { closeAll, machine } from "../../remote/pool";
import { openSession } from "../../remote/session";
import type { Endpoint, SshTarget } from "../../remote/target";
import type { Transport } from "../../remote/transport";
import { keyPair } from "../lab/plugins/command/ssh-server";
import { deadline, failing, failure, script, servers } from "./servers";
import type { SshServerOptions } from "./ssh-server";

jest.setTimeout(30_000);

/** What the user reads, as a whole; `HOST`, `SHA256:…`, `SUM` and `FOLDER` stand for what differs each time. */
type Row = [happening: string, fail: () => Promise<RemoteError>, message: string];

const { serve, listen, nowhere, folder, key } = servers();

afterEach(() => void jest.restoreAllMocks());

function generalised(message: string): string {
  return message
    .replaceAll(folder, "FOLDER")
    .replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, "SHA256:…")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "SUM")
    .replaceAll(/(127\.0\.0\.1|m1|none):\d+/g, "HOST");
}

function check(rows: Row[]): void {
  test.each(rows)("%s", async (_, fail, message) => {
    const error = await fail();
    expect(generalised(error.message)).toBe(message);
    expect(message).toMatch(/^s1: [^\n]+[^\s.]\.\n[A-Z][^\n]+\.$/);
    expect(inspect(error, { depth: 9 })).not.toMatch(/hunter22|PRIVATE KEY/);
    expect(error.message).not.toMatch(/^\s+at /m);
  });
}

const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const at =
  (options: SshServerOptions, more: Partial<SshTarget> = {}, text?: string) =>
  async () => {
    const { target } = await serve(options);
    return failure({ ...target, ...more }, deadline, text);
  };

const behind = async (bastion: Endpoint, more: Partial<SshTarget> = {}) =>
  failure({ ...(await serve()).target, bastions: [bastion], ...more });

const socketThatFails = (code: string) => async () => {
  jest.spyOn(net, "connect").mockImplementation(() => {
    const socket = new Socket();
    setImmediate(() => socket.emit("error", Object.assign(new Error("it failed"), { code })));
    return socket;
  });
  return failure({ ...(await nowhere()) });
};

describe("on the way to a machine", () => {
  const unreachable = "Check the address, that the machine is up, and the routes and firewalls on the way.";
  const unknown = "Correct the host's name, or check the name servers of the machine that runs this.";
  check([
    [
      "nobody listens",
      async () => failure(await nowhere()),
      "s1: HOST refused the connection (ECONNREFUSED).\nCheck that sshd runs there and listens on this port.",
    ],
    [
      "its name is unknown",
      socketThatFails("ENOTFOUND"),
      `s1: HOST has no known address (ENOTFOUND).\n${unknown}`,
    ],
    [
      "no name server answers",
      socketThatFails("EAI_AGAIN"),
      `s1: HOST has no known address (EAI_AGAIN).\n${unknown}`,
    ],
    ["nobody answers", socketThatFails("ETIMEDOUT"), `s1: HOST did not answer (ETIMEDOUT).\n${unreachable}`],
    [
      "there is no route",
      socketThatFails("EHOSTUNREACH"),
      `s1: HOST cannot be reached (EHOSTUNREACH).\n${unreachable}`,
    ],
    [
      "it says nothing",
      async () => failure({ ...(await listen()), connectTimeout: 200 }),
      "s1: HOST could not be connected to within 0.2 s.\n" +
        "Check the address, that the machine is up and not overloaded, and the firewalls on the way.",
    ],
    [
      "it drops every connection",
      // Given up after so many times, not after a time, whose end could fall inside one of them.
      async () => failure({ ...(await listen((socket) => socket.destroy())), connectTimeout: 60_000 }),
      "s1: HOST dropped every connection before the login: Connection lost before handshake.\n" +
        "Check sshd there (MaxStartups, PerSourcePenalties, its journal), and what bans addresses, such as fail2ban.",
    ],
    [
      "it speaks something else",
      async () => failure(await listen((socket) => socket.end("SSH-1.0-old\r\n"))),
      "s1: HOST does not speak SSH as expected: Invalid identification string.\n" +
        "Check that sshd listens on this port, and which algorithms it allows.",
    ],
    [
      "the connection is given up",
      async () => {
        const target = await listen(() => void closePool());
        return failure(target);
      },
      "s1: the connection was given up before it was made.\nRun this again.",
    ],
    [
      "a bastion does not answer",
      async () => behind(await nowhere()),
      "s1: the bastion on the way to HOST: HOST refused the connection (ECONNREFUSED).\n" +
        "Check that sshd runs there and listens on this port.",
    ],
    [
      "the second of two bastions does not answer",
      async () => behind((await serve()).target, { bastions: [(await serve()).target, await nowhere()] }),
      "s1: bastion 2 of 2 on the way to HOST: HOST cannot be reached from the bastion HOST: it gives no reason.\n" +
        "Check the address, that sshd listens on this port, and the routes and firewalls between the bastion and it.",
    ],
    [
      "a bastion does not forward",
      async () => behind((await serve({ forwards: false })).target),
      "s1: the bastion HOST does not forward to HOST: it gives no reason.\n" +
        "Check AllowTcpForwarding, DisableForwarding and PermitOpen in the sshd_config of the bastion.",
    ],
  ]);
});

describe("in ssh's configuration", () => {
  const configured = (text: string) => () =>
    failure({ transport: "ssh", host: "m1", configFile: file(`config${text.length}`, text) });
  const remedy =
    "Correct the file, or leave it out by configFile: false and give host, port, user and bastions.";
  check([
    [
      "a port is none",
      configured("Port many"),
      `s1: ssh's configuration of m1 cannot be used: "many" is no port.\n${remedy}`,
    ],
    [
      "a jump is none",
      configured("ProxyJump @:"),
      `s1: ssh's configuration of m1 cannot be used: its ProxyJump "@:" is not of the form user@host:port.\n${remedy}`,
    ],
    [
      "jumps go round in circles",
      configured("Host m1\n ProxyJump b\nHost b\n ProxyJump m1"),
      `s1: ssh's configuration of m1 cannot be used: its ProxyJump leads back to m1.\n${remedy}`,
    ],
    [
      "the file is not there",
      () => failure({ transport: "ssh", host: "m1", configFile: join(folder, "missing") }),
      "s1: ssh's configuration, by which m1 is to be found, cannot be read: " +
        "ENOENT: no such file or directory, open 'FOLDER/missing'.\n" +
        "Correct configFile, make the file readable, or leave it out by configFile: false.",
    ],
  ]);
});

describe("with the host key", () => {
  const other = keyPair().public;
  const known = (text: string, more: Partial<SshTarget> = {}) =>
    at({}, { hostKey: undefined, knownHosts: file("known_hosts", text), ...more });
  const remedy = "Another machine may answer in its place. If it was rebuilt, check the key on it, then";
  const presented = "HOST presented SHA256:… (ecdsa-sha2-nistp256)";
  check([
    [
      "another one is pinned",
      at({}, { hostKey: other }),
      `s1: ${presented} instead of SHA256:… (ecdsa-sha2-nistp256), which is pinned.\n${remedy} pin the new key (hostKey: SHA256:…).`,
    ],
    [
      "another one was learned",
      at({}, { hostKey: other, hostKeyLearned: true }),
      `s1: ${presented} instead of SHA256:… (ecdsa-sha2-nistp256), which is remembered from the first connection.\n` +
        `${remedy} give the new key in its place (hostKey: SHA256:…).`,
    ],
    [
      "another one is known",
      () => known(`127.0.0.1 ${other}\n`)(),
      `s1: ${presented} instead of SHA256:… (ecdsa-sha2-nistp256), which FOLDER/known_hosts names.\n` +
        `${remedy} replace its line in FOLDER/known_hosts (hostKey: SHA256:…).`,
    ],
    [
      "another one was presented first",
      async () => {
        const { server, target } = await serve();
        const trusting = {
          ...target,
          hostKey: undefined,
          knownHosts: file("no_hosts", ""),
          trustOnFirstUse: true,
        };
        await machine("s1", trusting).hostKey();
        await closeAll();
        await server.stop();
        await serve({ port: server.port });
        return failure(trusting);
      },
      `s1: ${presented} instead of SHA256:… (ecdsa-sha2-nistp256), which it presented first.\n` +
        `${remedy} pin the new key (hostKey: SHA256:…).`,
    ],
    [
      "none is known",
      () => known("")(),
      `s1: ${presented}, and FOLDER/known_hosts knows no key of it.\n` +
        "Compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub` on the machine; if it is the same, pin it " +
        "(hostKey: SHA256:…). With trustOnFirstUse: true whoever answers first is believed.",
    ],
    [
      "it is revoked",
      async () => {
        const pair = keyPair();
        const knownHosts = file("revoked", `@revoked * ${pair.public}\n`);
        return at({ hostKeys: [pair] }, { hostKey: undefined, knownHosts })();
      },
      `s1: ${presented}, which FOLDER/revoked marks as revoked.\n` +
        "Do not connect to it: find out who answers there, and give the machine a new host key.",
    ],
    [
      "the pin is none, perhaps even a private key",
      at({}, { hostKey: `ssh-ed25519 AAAA${key.private}` }),
      's1: the host key that is pinned for HOST, "ssh-ed25519 AAAA-----BEG…", is none.\n' +
        'Give it as "ssh-ed25519 AAAA…" or as "SHA256:…".',
    ],
    [
      "the known hosts cannot be read",
      async () => {
        mkdirSync(join(folder, "hosts"), { recursive: true });
        return at({}, { hostKey: undefined, knownHosts: join(folder, "hosts") })();
      },
      "s1: the known hosts in FOLDER/hosts cannot be read: EISDIR: illegal operation on a directory, read.\n" +
        "Make the file readable, or pin the machine's host key.",
    ],
  ]);

  test("asking for it takes half a minute at most", async () => {
    jest.useFakeTimers();
    try {
      const silent = (signal: AbortSignal) =>
        new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      const error = failing(machineOver({ ...localTransport(), hostKey: silent }, "s1").hostKey());
      jest.advanceTimersByTime(30_000);
      expect((await error).message).toBe(
        's1: "ask for the host key" could not start within 30 s.\n' +
          "Check that the machine is up and not overloaded, then run this again.",
      );
    } finally {
      jest.useRealTimers();
    }
  });
});

describe("when logging in", () => {
  const locked = keyPair("hunter22 indeed").private;
  const noAgent = { privateKey: undefined, agent: false };
  const cannot = "s1: cannot log in to HOST as root:";
  const keys =
    "and that its ~/.ssh/authorized_keys there holds the key; `journalctl -u ssh -u sshd` there says more.";
  check([
    [
      "there is nothing to log in with",
      at({}, noAgent),
      `${cannot} there is no key to log in with, nor an ssh-agent, nor a password.\n` +
        "Name a private key by identityFile or privateKey, set SSH_AUTH_SOCK, or give a password.",
    ],
    [
      "the key is not there",
      at({}, { ...noAgent, identityFile: join(folder, "missing") }),
      `${cannot} the identity file cannot be read: ENOENT: no such file or directory, open 'FOLDER/missing'.\n` +
        "Correct identityFile, or make the file readable for the user who runs this.",
    ],
    [
      "the key is locked",
      at({}, { privateKey: locked }),
      `${cannot} the given private key is protected by a passphrase.\n` +
        "Give its passphrase, or add it to an ssh-agent (ssh-add) and leave identityFile and privateKey out.",
    ],
    [
      "the passphrase is another",
      at({}, { privateKey: locked, passphrase: "hunter22" }),
      `${cannot} the passphrase does not open the given private key.\n` +
        "Correct passphrase: `ssh-keygen -y -f` with the file's name tries it.",
    ],
    [
      "the key is none",
      at({}, { privateKey: "hunter22" }),
      `${cannot} the given private key is no private key that can be used: Unsupported key format.\n` +
        "Use a key in the format of OpenSSH, such as `ssh-keygen -t ed25519` makes.",
    ],
    [
      "the key is empty",
      at({}, { privateKey: "" }),
      `${cannot} the given private key is no private key that can be used: Unsupported key format.\n` +
        "Use a key in the format of OpenSSH, such as `ssh-keygen -t ed25519` makes.",
    ],
    [
      "the key is a public one",
      at({}, { privateKey: key.public }),
      `${cannot} the given private key is a public key.\nName the private key: the file without .pub.`,
    ],
    [
      "the key is not let in",
      at({ accepts: () => false }),
      `s1: HOST did not let root in with the given private key (SHA256:…) (it accepts publickey).\nCheck the user, ${keys}`,
    ],
    [
      "neither key nor password is let in",
      at({ accepts: () => false, methods: ["publickey", "password"] }, { password: "hunter22" }),
      "s1: HOST did not let root in with the given private key (SHA256:…), nor with the password " +
        `(it accepts publickey, password).\nCheck the user, the password, ${keys}`,
    ],
    [
      "the server takes no password",
      at({ accepts: () => false }, { password: "hunter22" }),
      "s1: HOST did not let root in with the given private key (SHA256:…); it does not take the password " +
        `(it accepts publickey).\nCheck the user, ${keys}`,
    ],
    [
      "an agent is asked for, and there is none",
      async () => {
        const before = process.env.SSH_AUTH_SOCK;
        delete process.env.SSH_AUTH_SOCK;
        try {
          return await at({ accepts: () => false }, { ...noAgent, agent: true })();
        } finally {
          if (before !== undefined) process.env.SSH_AUTH_SOCK = before;
        }
      },
      `${cannot} there is no key to log in with, nor an ssh-agent, nor a password.\n` +
        "Name a private key by identityFile or privateKey, set SSH_AUTH_SOCK, or give a password.",
    ],
    [
      "the connection is lost",
      async () => {
        const { server, target } = await serve({
          accepts: () => {
            server.cut();
            return true;
          },
        });
        return failure(target);
      },
      "s1: the connection to HOST was lost while logging in: the connection was closed.\n" +
        "Check that the machine is up, then run this again.",
    ],
  ]);
});

describe("when a script is to run", () => {
  const long = script("sleep 100");
  const ops = { user: "ops" };
  const refusing = (words: string) => ({ sudo: `echo '${words}' >&2; exit 1` });
  const free =
    'let ops use sudo without a password ("ops ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d), or log in as root.';
  const over = (more: Partial<Transport>) => machineOver({ ...localTransport(), ...more }, "s1");
  const cancelled = (when: (work: Promise<RemoteError>, cancel: () => void) => Promise<void>) => async () => {
    const controller = new AbortController();
    const { target } = await serve();
    const s1 = machine("s1", target);
    const text = `: >'${folder}/begun'; sleep 100`;
    const work = failing(s1.run(script(text), { deadline, signal: controller.signal }));
    await when(work, () => controller.abort());
    return work;
  };
  check([
    [
      "sudo wants a password, and none is given",
      at(refusing("sudo: a password is required"), ops),
      's1: "probe" did not start: sudo refused ops on HOST: sudo: a password is required.\n' +
        `Give sudoPassword, ${free}`,
    ],
    [
      "sudo does not take the password",
      at(refusing("sudo: 1 incorrect password attempt"), { ...ops, sudoPassword: "hunter22" }),
      's1: "probe" did not start: sudo on HOST did not take the sudoPassword of ops: sudo: 1 incorrect password attempt.\n' +
        `Correct sudoPassword (for sudo it is ops's own, unless the sudoers there say otherwise), or ${free}`,
    ],
    [
      "sudo takes the password and refuses",
      at(refusing("sudo: no"), { ...ops, sudoPassword: "hunter22" }),
      's1: "probe" did not start: sudo refused ops on HOST: sudo: no.\nAllow ops to use sudo there, or log in as root.',
    ],
    [
      "sudo wants a terminal",
      at(refusing("sudo: sorry, you must have a tty to run sudo"), ops),
      's1: "probe" did not start: sudo on HOST wants a terminal (requiretty), and a script has none: ' +
        "sudo: sorry, you must have a tty to run sudo.\n" +
        'Take requiretty out of the sudoers there ("Defaults:ops !requiretty"), or log in as root.',
    ],
    [
      "the login's shell goes another way",
      at({ greeting: "This account is closed.'; exit 1; echo '" }),
      's1: "probe" did not start as root on HOST: This account is closed.\n' +
        "Check that `/bin/sh -s` works for root there, then run this again.",
    ],
    [
      "the machine opens no session",
      at({ maxSessions: 0 }),
      "s1: HOST let nothing run on its connection: it gives no reason.\n" +
        "Check MaxSessions in its sshd_config, and that the user may run commands.",
    ],
    [
      "the connection is no more",
      () => {
        const exec = () => {
          throw new Error("Not connected");
        };
        const connection = { client: { exec }, address: "m1", cause: () => "read ECONNRESET" };
        const start: Transport["start"] = (_, signal) =>
          openSession(connection as unknown as Parameters<typeof openSession>[0], ":", signal);
        return failing(over({ start }).run(script(":"), { deadline }));
      },
      "s1: the connection to m1 was lost: read ECONNRESET.\nCheck that the machine is up, then run this again.",
    ],
    [
      "there is no shell on this machine",
      () => {
        const start: Transport["start"] = (_, signal, clock) =>
          localTransport().start(["/no/sh"], signal, clock);
        return failing(over({ start }).run(script(":"), { deadline }));
      },
      "s1: /no/sh could not be started on this machine: spawn /no/sh ENOENT.\nCheck that this file exists and may be run.",
    ],
    [
      "there is no sudo on this machine",
      async () => {
        const path = process.env.PATH;
        process.env.PATH = folder;
        try {
          return await failing(over({ user: "ops" }).run(script(":"), { deadline }));
        } finally {
          process.env.PATH = path;
        }
      },
      "s1: sudo could not be started on this machine: spawn sudo ENOENT.\nInstall sudo, or run this as root.",
    ],
    [
      "there is no time left for it",
      async () => {
        const { server, target } = await serve();
        const busy = Array.from({ length: 8 }, () => failing(machine("s1", target).run(long, { deadline })));
        while (server.commands.length < busy.length) await new Promise(setImmediate);
        return failure(target, 200);
      },
      's1: "probe" could not start within 0.2 s.\nCheck that the machine is up and not overloaded, then run this again.',
    ],
    [
      "it takes too long",
      async () => failure((await serve()).target, 500, "echo waiting for etcd; sleep 100"),
      's1: "probe" did not finish within 0.5 s and was ended: waiting for etcd.\n' +
        "See on the machine what it waits for, then run this again.",
    ],
    [
      "it is cancelled before",
      cancelled(async (_, cancel) => cancel()),
      's1: "probe" was cancelled before it ran.\nRun this again to complete what is missing.',
    ],
    [
      "it is cancelled while it runs",
      cancelled(async (_, cancel) => {
        const here = machine("here", { transport: "local" });
        const begun = `until [ -e '${folder}/begun' ]; do sleep 0.01; done; rm '${folder}/begun'`;
        await here.run(script(begun), { deadline, root: false });
        cancel();
      }),
      's1: "probe" was cancelled while it ran, and ended.\nRun this again to complete what is missing.',
    ],
    [
      "it fails",
      at({}, {}, "echo 'no room' >&2; exit 3"),
      's1: "probe" failed with exit code 3: no room.\nCorrect the cause on s1, then run this again.',
    ],
    [
      "a signal ends it",
      at({}, {}, "echo working; kill -KILL $$"),
      's1: "probe" was ended by the signal SIGKILL: working.\n' +
        "Find out what ended it on HOST (the kernel, when memory ran out?), then run this again.",
    ],
    [
      "the connection is cut",
      async () => {
        const { server, target } = await serve();
        const s1 = machine("s1", target);
        await s1.run(script(":"), { deadline });
        setTimeout(() => server.cut(), 300);
        return failing(s1.run(script("sleep 100"), { deadline }));
      },
      's1: the connection to HOST was lost while "probe" ran: it was closed.\n' +
        "It may have done a part or all of its work: check that the machine is up, then run this again.",
    ],
  ]);
});

describe("when a file is to be placed", () => {
  const here = () => machine("s1", { transport: "local" });
  const options = { mode: "0600", sha256: "0".repeat(64), deadline };
  check([
    [
      "a folder is there",
      () => failing(here().writeFile(folder, "hunter22", options)),
      's1: "write FOLDER" failed with exit code 1: FOLDER is a folder.\nCorrect the cause on s1, then run this again.',
    ],
    [
      "something else arrives",
      () => failing(here().upload(Readable.from(["some"]), join(folder, "file"), options)),
      's1: "upload FOLDER/file" failed with exit code 65: what arrived for FOLDER/file (4 bytes) has the SHA-256 SUM instead of SUM.\n' +
        "Correct the cause on s1, then run this again.",
    ],
    [
      "its source cannot be read",
      () => failing(here().upload(join(folder, "missing"), join(folder, "file"), options)),
      "s1: FOLDER/missing cannot be uploaded to FOLDER/file: ENOENT: no such file or directory, open 'FOLDER/missing'.\n" +
        "Make it readable for the user who runs this; the file on the machine is as it was.",
    ],
    [
      "its source breaks off",
      () => {
        const source = new Readable({ read: () => source.destroy(new Error("the disk is gone")) });
        return failing(here().upload(source, join(folder, "file"), options));
      },
      "s1: the stream cannot be uploaded to FOLDER/file: the disk is gone.\n" +
        "Make it readable for the user who runs this; the file on the machine is as it was.",
    ],
  ]);
});

describe("the mistake of a program is told without a machine", () => {
  const here = machine("here", { transport: "local" });
  const options = { mode: "0600", sha256: "0".repeat(64), deadline };
  test.each<[() => Promise<unknown>, string]>([
    [() => here.writeFile("etc/file", "", options), "etc/file is no absolute path: begin it with a slash."],
    [() => here.writeFile("/file", "", { ...options, mode: "rw" }), 'rw is no file mode: give it as "0600".'],
    [
      () => here.upload(Readable.from([""]), "/file", { ...options, sha256: "abc" }),
      "abc is no SHA-256: give it as 64 hexadecimal digits.",
    ],
    [
      () => here.run(script(":"), { deadline, variables: { A: "\0" } }),
      "A shell cannot hold a NUL character: remove it from the value.",
    ],
    [
      () => here.run(script(":"), { deadline, variables: { "A B": "" } }),
      '"A B" is no name for a script\'s variable: use A-Z, 0-9 and _.',
    ],
    [() => here.hostKey(), "This machine has no host key: nothing connects to it."],
  ])("%#", async (work, message) => {
    await expect(work()).rejects.toThrow(new TypeError(message));
  });
});
