import { command } from "../../../../lab/plugins/command/command";
import { unknown, type Values } from "../../../../lab/plugins/values";
import { type Driven, drive } from "../driven";
import { type SshServer, type SshServerOptions, sshServer } from "./ssh-server";

const type = "command:remote:Command";
const servers: SshServer[] = [];
let driven: Driven;

beforeAll(() => {
  delete process.env.SSH_AUTH_SOCK;
});
beforeEach(async () => {
  driven = await drive(command);
});
afterEach(async () => {
  driven.stop();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A server and the inputs of a command for it, as check leaves them. */
async function machine(options: SshServerOptions, given: Values) {
  const server = await sshServer(options);
  servers.push(server);
  const connection = { host: "127.0.0.1", port: server.port, password: "pw", dialErrorLimit: 0 };
  const { inputs, failures } = await driven.check(type, { connection, ...given });
  expect(failures).toEqual([]);
  return { server, inputs: { ...inputs, connection: (inputs.connection as Values).value } as Values };
}

const commands = (server: SshServer) => server.ran.map((each) => each.command);

describe("check", () => {
  test("fills in defaults and marks the connection as secret", async () => {
    const { inputs } = await driven.check(type, {
      connection: { host: "h", proxy: { host: "p" } },
      create: "true",
    });
    const hop = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
    expect(inputs).toEqual({
      addPreviousOutputInEnv: true,
      create: "true",
      connection: {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value: { host: "h", ...hop, proxy: { host: "p", ...hop } },
      },
    });
  });

  test.each<[string, Values, string]>([
    ["no connection", {}, "connection: is required"],
    ["no host", { connection: {} }, "connection.host: is required"],
    ["no host for the proxy", { connection: { host: "h", proxy: {} } }, "connection.proxy.host: is required"],
    [
      "a port out of range",
      { connection: { host: "h", port: 0 } },
      "connection.port: must be at least 1, not 0",
    ],
    [
      "a number for a variable",
      { connection: { host: "h" }, environment: { A: 1 } },
      "environment: must be a map of strings",
    ],
    [
      "another kind of logging",
      { connection: { host: "h" }, logging: "all" },
      "logging: must be one of stdout, stderr, stdoutAndStderr, none",
    ],
    ["triggers that are no list", { connection: { host: "h" }, triggers: "t" }, "triggers: must be a list"],
  ])("refuses %s", async (_case, inputs, reason) => {
    expect((await driven.check(type, inputs)).failures).toEqual([{ property: "", reason }]);
  });

  test("says no value of what it refuses", async () => {
    const { failures } = await driven.check(type, {
      connection: { host: "h", privateKey: { leak: "SECRET" } },
    });
    expect(JSON.stringify(failures)).not.toContain("SECRET");
    expect(failures).toHaveLength(1);
  });

  test("takes inputs that a preview does not know", async () => {
    const inputs = {
      connection: { host: unknown, privateKey: unknown },
      create: unknown,
      triggers: [unknown],
    };
    expect((await driven.check(type, inputs)).failures).toEqual([]);
    expect((await driven.check(type, { connection: unknown })).failures).toEqual([]);
  });
});

describe("diff", () => {
  const old = {
    connection: { host: "h" },
    create: "a",
    environment: { A: "1" },
    stdin: "s",
    triggers: [1, { b: 2 }],
  };

  test("sees no change in equal inputs", async () => {
    const { inputs } = await driven.check(type, old);
    const news = { ...inputs, connection: (inputs.connection as Values).value };
    expect(await driven.diff(type, old, news)).toEqual({ changes: false, diffs: [], replaces: [] });
  });

  test.each<[string, unknown, boolean]>([
    ["triggers", [1, { b: 3 }], true],
    ["triggers", undefined, true],
    ["triggers", [1, unknown], true],
    ["create", "b", false],
    ["update", "b", false],
    ["delete", "b", false],
    ["stdin", "t", false],
    ["environment", { A: "2" }, false],
    ["environment", undefined, false],
    ["logging", "none", false],
    ["connection", { host: "i" }, false],
    ["addPreviousOutputInEnv", false, false],
  ])("when %s becomes %p: replaced is %p", async (name, value, replaced) => {
    const completed = { addPreviousOutputInEnv: true, ...old, [name]: value };
    const news = JSON.parse(JSON.stringify(completed)) as Values;
    const before = {
      ...old,
      connection: { host: "h", user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 },
    };
    if (name !== "connection") news.connection = before.connection;
    expect(await driven.diff(type, before, news)).toEqual({
      changes: true,
      diffs: [name],
      replaces: replaced ? [name] : [],
    });
  });
});

describe("create", () => {
  test("runs the command with its input and gives what it printed", async () => {
    const { server, inputs } = await machine(
      { answer: ({ stdin }) => ({ stdout: `got ${stdin}\nend\n\n`, stderr: "careful\n" }) },
      { create: "cat", stdin: "päyload" },
    );
    const { id, secrets, state } = await driven.create(type, inputs);
    expect(id).toMatch(/^name[0-9a-f]{8}$/);
    expect(secrets).toEqual(["connection"]);
    expect(state).toEqual({ ...inputs, stdout: "got päyload\nend\n", stderr: "careful" });
    expect(server.ran).toEqual([{ command: "cat", stdin: "päyload", env: {} }]);
    await server.left();
  });

  test("without a command does not even connect", async () => {
    const { server, inputs } = await machine({}, { delete: "rm" });
    const { state } = await driven.create(type, inputs);
    expect(state).toEqual({ ...inputs, stdout: "", stderr: "" });
    expect(server.attempts()).toBe(0);
  });

  test("in a preview runs nothing and leaves the outputs unknown", async () => {
    const { server, inputs } = await machine({}, { create: "true" });
    const { state } = await driven.create(type, inputs, true);
    expect(state).toEqual({ ...inputs, stdout: unknown, stderr: unknown });
    expect(server.attempts()).toBe(0);
  });

  test.each([
    ["an exit code", { stdout: "one\n", stderr: "two\n", code: 3 }, "Process exited with status 3"],
    [
      "a signal",
      { stdout: "one\n", stderr: "two\n", signal: "KILL" },
      "Process exited with status 137 from signal KILL",
    ],
    [
      "a lost connection",
      { stdout: "one\n", stderr: "two\n", drop: true as const },
      "remote command exited without exit status or exit signal",
    ],
  ])("fails with %s, the command, what it printed and what to do", async (_case, reply, what) => {
    const { server, inputs } = await machine({ answer: () => reply }, { create: 'echo "x"' });
    await expect(driven.create(type, inputs)).rejects.toThrow(
      `${what}: running "echo \\"x\\"":\none\ntwo\n\n  next: Run the command as root on 127.0.0.1 to see why it fails`,
    );
    await server.left();
  });
});

describe("environment", () => {
  test("reaches the command", async () => {
    const { server, inputs } = await machine(
      {},
      { create: "true", environment: { A: "1", B: "two\nlines" } },
    );
    await driven.create(type, inputs);
    expect(server.ran.at(-1)).toEqual({ command: "true", stdin: "", env: { A: "1", B: "two\nlines" } });
  });

  test("that the server refuses fails before the command runs", async () => {
    const { server, inputs } = await machine(
      { acceptEnv: ["A"] },
      { create: "true", environment: { A: "1", B: "2" } },
    );
    await expect(driven.create(type, inputs)).rejects.toThrow(
      "The SSH server does not accept the environment variables B.\n  next: Add them to AcceptEnv",
    );
    expect(commands(server)).not.toContain("true");
  });
});

describe("update", () => {
  const printing = { answer: ({ command }: { command: string }) => ({ stdout: `${command} ran\n` }) };

  test.each<[string, Values, string[], string]>([
    ["the update command", { create: "c", update: "u" }, ["u"], "u ran"],
    ["the create command where there is no other", { create: "c" }, ["c"], "c ran"],
    ["nothing where there is none, and keeps the outputs", { delete: "d" }, [], "before"],
  ])("runs %s", async (_case, given, expected, stdout) => {
    const { server, inputs } = await machine(printing, given);
    const { secrets, state } = await driven.update(type, { stdout: "before", stderr: "" }, inputs);
    expect(commands(server)).toEqual(expected);
    expect(state).toEqual({ ...inputs, stdout, stderr: "" });
    expect(secrets).toEqual(["connection"]);
  });

  test.each<[string, Values, Values, Record<string, string>]>([
    [
      "both outputs",
      {},
      { stdout: "o", stderr: "e" },
      { PULUMI_COMMAND_STDOUT: "o", PULUMI_COMMAND_STDERR: "e" },
    ],
    ["no empty output", {}, { stdout: "o", stderr: "" }, { PULUMI_COMMAND_STDOUT: "o" }],
    ["nothing when that is off", { addPreviousOutputInEnv: false }, { stdout: "o", stderr: "e" }, {}],
  ])("hands on %s of the previous run", async (_case, given, before, env) => {
    const { server, inputs } = await machine(printing, { update: "u", ...given });
    await driven.update(type, before, inputs);
    expect(server.ran).toEqual([{ command: "u", stdin: "", env }]);
  });

  test("does not mind a server that refuses the previous outputs", async () => {
    const { server, inputs } = await machine({ ...printing, acceptEnv: [] }, { update: "u" });
    const { state } = await driven.update(type, { stdout: "o", stderr: "" }, inputs);
    expect(state.stdout).toBe("u ran");
    expect(server.ran).toEqual([{ command: "u", stdin: "", env: {} }]);
  });

  test("in a preview runs nothing and leaves the outputs unknown", async () => {
    const { server, inputs } = await machine(printing, { update: "u" });
    const { state } = await driven.update(type, { stdout: "before", stderr: "" }, inputs, true);
    expect(state).toEqual({ ...inputs, stdout: unknown, stderr: unknown });
    expect(server.attempts()).toBe(0);
  });
});

describe("delete", () => {
  test("runs the delete command with the previous outputs", async () => {
    const { server, inputs } = await machine({}, { create: "c", delete: "d", stdin: "s" });
    await driven.delete(type, { ...inputs, stdout: "o", stderr: "" });
    expect(server.ran).toEqual([{ command: "d", stdin: "s", env: { PULUMI_COMMAND_STDOUT: "o" } }]);
  });

  test("without a delete command does not even connect", async () => {
    const { server, inputs } = await machine({}, { create: "c", update: "u" });
    await driven.delete(type, { ...inputs, stdout: "", stderr: "" });
    expect(server.attempts()).toBe(0);
  });

  test("fails when the command fails", async () => {
    const { inputs } = await machine({ answer: () => ({ stderr: "busy\n", code: 16 }) }, { delete: "d" });
    await expect(driven.delete(type, { ...inputs, stdout: "", stderr: "" })).rejects.toThrow(
      'Process exited with status 16: running "d":\nbusy\n',
    );
  });
});

describe("logging", () => {
  test.each<[string | undefined, string[]]>([
    [undefined, ["error", "last", "one", "two"]],
    ["stdoutAndStderr", ["error", "last", "one", "two"]],
    ["stdout", ["last", "one", "two"]],
    ["stderr", ["error"]],
    ["none", []],
  ])("%p shows these lines while the command runs: %p", async (logging, lines) => {
    const answer = () => ({ stdout: "one\ntwo\nlast", stderr: "error\n" });
    const { inputs } = await machine({ answer }, { create: "true", ...(logging ? { logging } : {}) });
    const { state } = await driven.create(type, inputs);
    expect([...driven.status].sort()).toEqual(lines);
    expect(state).toMatchObject({ stdout: "one\ntwo\nlast", stderr: "error" });
  });
});

test("a refresh gives back what the state holds, the connection as a secret", async () => {
  const { inputs } = await machine({}, { create: "true" });
  const state = { ...inputs, stdout: "o", stderr: "" };
  expect(await driven.read(type, "id", state, inputs)).toMatchObject({
    id: "id",
    secrets: ["connection"],
    state,
  });
});
