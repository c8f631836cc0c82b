import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { AuthenticationType } from "ssh2";
import { machine } from "../../remote/pool";
import { keyPair } from "../lab/plugins/command/ssh-server";
import { deadline, failure, print, says, script, servers } from "./servers";

const { serve, key, folder } = servers();

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

  test.each([
    ["that opens it", "passphrase"],
    ["that is not needed", undefined],
  ])("a key may have a passphrase %s", async (_, passphrase) => {
    const { target } = await serve();
    const privateKey = keyPair(passphrase).private;
    expect(await says({ ...target, privateKey, passphrase: "passphrase" })).toBe("in\n");
  });

  test("a passphrase that does not open the key is an error that does not tell it", async () => {
    const { server, target } = await serve();
    const error = await failure({ ...target, privateKey: locked, passphrase: "hunter22" });
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain("the passphrase does not open the given private key");
    expect(inspect(error, { depth: 9 })).not.toContain("hunter22");
    expect(server.attempts()).toBe(0);
  });

  test("a password does where no key is", async () => {
    const { target } = await serve({
      accepts: (attempt) => attempt.method === "password" && attempt.password === "hunter22",
    });
    expect(await says({ ...target, privateKey: undefined, agent: false, password: "hunter22" })).toBe("in\n");
  });

  test("a password answers a server that asks for it", async () => {
    const methods: AuthenticationType[] = ["publickey", "keyboard-interactive"];
    const { target } = await serve({ accepts: () => false, methods, keyboard: "hunter22" });
    expect(await says({ ...target, password: "hunter22" })).toBe("in\n");
  });

  test("a key and a password do where a server wants both", async () => {
    const { target } = await serve({
      accepts: (attempt) => {
        if (attempt.method === "password") return true;
        if (attempt.method === "publickey") attempt.reject(["password"], true);
        return false;
      },
    });
    expect(await says({ ...target, password: "hunter22" })).toBe("in\n");
  });

  test("the key is tried first, then the agent, then the password, each once, and the error names them", async () => {
    const tried: string[] = [];
    const methods: AuthenticationType[] = ["publickey", "password", "keyboard-interactive"];
    const { server, target } = await serve({
      methods,
      keyboard: "another",
      accepts: ({ method, ...attempt }) => {
        tried.push("key" in attempt ? print(publicKeyOf(attempt.key as PublicKey)) : method);
        return false;
      },
    });
    await withAgent(async (agent, held) => {
      const error = await failure({ ...target, agent, password: "hunter22" });
      expect(tried).toEqual([print(key.public), held, "password"]);
      expect(error.kind).toBe("authentication");
      expect(error.message).toContain(
        `did not let root in with the given private key (${print(key.public)}), ` +
          `nor with the keys of the ssh-agent at ${agent} (${held}), nor with the password ` +
          "(it accepts publickey, password, keyboard-interactive)",
      );
      expect(inspect(error, { depth: 9 })).not.toContain("hunter22");
      expect(server.attempts()).toBe(1);
    });
  });

  test("what the server does not take is not tried, and the error says so", async () => {
    const { target } = await serve({ accepts: () => false });
    const error = await failure({ ...target, password: "hunter22" });
    expect(error.message).toContain("it does not take the password (it accepts publickey)");
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
      await withAgent(async (socket) => {
        process.env.SSH_AUTH_SOCK = socket;
        const { target } = await serve();
        expect(await says({ ...target, privateKey: undefined })).toBe("in\n");
      });
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

interface PublicKey {
  algo: string;
  data: Buffer;
}

const publicKeyOf = ({ algo, data }: PublicKey) => `${algo} ${data.toString("base64")}`;

/** With an agent that holds one key. */
async function withAgent(use: (socket: string, held: string) => Promise<void>) {
  const home = mkdtempSync(join(folder, "agent-"));
  const socket = join(home, "socket");
  const started = execFileSync("ssh-agent", ["-a", socket], { encoding: "utf8" });
  try {
    const file = join(home, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    execFileSync("ssh-add", ["-q", file], { env, stdio: "ignore" });
    await use(socket, print(readFileSync(`${file}.pub`, "utf8")));
  } finally {
    process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]));
  }
}
