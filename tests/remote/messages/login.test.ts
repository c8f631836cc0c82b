import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { localTransport } from "../../../remote/local";
import { machineOver } from "../../../remote/machine";
import { closeAll, machine } from "../../../remote/pool";
import type { SshTarget } from "../../../remote/target";
import { keyPair } from "../../lab/plugins/command/ssh-server";
import { failing, failure } from "../servers";
import { rows } from "./rows";

const { check, at, file, serve, folder, key } = rows();

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
