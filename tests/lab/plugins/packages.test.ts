import * as pulumi from "@pulumi/pulumi";

pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "id", state: inputs }), call: () => ({}) });

import * as commands from "@pulumi/command";
import { remote as commandDefaults } from "@pulumi/command/types/input";
import * as randoms from "@pulumi/random";
import { command } from "../../../lab/plugins/command/command";
import { connection } from "../../../lab/plugins/command/connection";
import { withDefaults } from "../../../lab/plugins/fields";
import { random } from "../../../lab/plugins/random/random";

/** Every name of a class's own properties, checked by the compiler: none may be missing or too many. */
type Names<T> = Record<Exclude<keyof T, keyof pulumi.CustomResource>, true>;

const passwordNames: Names<randoms.RandomPassword> = {
  ...names(["bcryptHash", "keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper"]),
  ...names(["number", "numeric", "overrideSpecial", "result", "special", "upper"]),
};
const idNames: Names<randoms.RandomId> = names([
  "b64Std",
  "b64Url",
  "byteLength",
  "dec",
  "hex",
  "keepers",
  "prefix",
]);
const commandNames: Names<commands.remote.Command> = {
  ...names(["addPreviousOutputInEnv", "connection", "create", "delete", "environment", "logging"]),
  ...names(["stderr", "stdin", "stdout", "triggers", "update"]),
};
const connectionNames: Record<keyof commands.types.input.remote.ConnectionArgs, true> = {
  ...names(["agentSocketPath", "dialErrorLimit", "host", "hostKey", "password", "perDialTimeout", "port"]),
  ...names(["privateKey", "privateKeyPassword", "proxy", "user"]),
};

const kinds = [
  {
    type: "random:index/randomPassword:RandomPassword",
    plugin: random,
    declared: passwordNames,
    make: (args: never) => new randoms.RandomPassword("name", args),
  },
  {
    type: "random:index/randomId:RandomId",
    plugin: random,
    declared: idNames,
    make: (args: never) => new randoms.RandomId("name", args),
  },
  {
    type: "command:remote:Command",
    plugin: command,
    declared: commandNames,
    make: (args: never) => new commands.remote.Command("name", args),
  },
];

describe.each(kinds)("$type", ({ type, plugin, declared, make }) => {
  const kind = plugin.kinds[type];

  test("takes the inputs that the npm package's class sends", async () => {
    const { inputs } = await registered(make);
    expect(inputs).toEqual(Object.keys(kind?.inputs ?? {}).sort());
  });

  test("gives the outputs that the npm package's class declares", async () => {
    const { properties } = await registered(make);
    expect(properties).toEqual(Object.keys(declared).sort());
    expect([...Object.keys(kind?.inputs ?? {}), ...(kind?.outputs ?? [])].sort()).toEqual(properties);
  });

  test("is registered under its type, with the secrets and the version that the class asks for", async () => {
    const { request } = await registered(make);
    expect(request.type).toBe(type);
    expect([...(kind?.secrets ?? [])].sort()).toEqual([...request.secrets].sort());
    expect(request.version).toBe(plugin.version);
  });
});

test("remote.Command is replaced by what its class names in replaceOnChanges", async () => {
  const { request } = await registered((args) => new commands.remote.Command("name", args));
  const replacedBy = command.kinds["command:remote:Command"]?.replacedBy;
  expect(request.replaceOnChanges).toEqual(replacedBy?.map((name) => `${name}[*]`));
});

test("a connection has the members of the npm package's type, and so has its proxy, save for a proxy", () => {
  expect(Object.keys(connection).sort()).toEqual(Object.keys(connectionNames).sort());
  const { proxy: _, ...others } = connectionNames;
  expect(Object.keys(connection.proxy?.fields ?? {}).sort()).toEqual(Object.keys(others).sort());
});

test("a connection's defaults are the npm package's", () => {
  expect(withDefaults(connection, { host: "h" })).toEqual(
    JSON.parse(JSON.stringify(commandDefaults.connectionArgsProvideDefaults({ host: "h" }))),
  );
});

test("the stand-ins were written after these versions", () => {
  expect({ random: random.version, command: command.version }).toEqual({
    random: "4.21.2",
    command: "1.2.1",
  });
});

interface Request {
  type: string;
  version: string;
  secrets: string[];
  replaceOnChanges: string[];
}

interface Sent {
  getType(): string;
  getVersion(): string;
  getAdditionalsecretoutputsList(): string[];
  getReplaceonchangesList(): string[];
}

/** Makes a resource from arguments that have every property, and tells what the class did with them. */
async function registered(make: (args: never) => pulumi.CustomResource) {
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource(...all: [Sent]): unknown };
  const original = monitor.registerResource;
  let request: Request | undefined;
  monitor.registerResource = (...all) => {
    const [sent] = all;
    request = {
      type: sent.getType(),
      version: sent.getVersion(),
      secrets: sent.getAdditionalsecretoutputsList(),
      replaceOnChanges: sent.getReplaceonchangesList(),
    };
    return original.apply(monitor, all);
  };
  try {
    const { args, read } = recorded();
    const resource = make(args);
    await new Promise((resolve) => resource.urn.apply(resolve));
    const own = Object.keys(resource).filter((name) => !/^(__.*|urn|id)$/.test(name));
    if (!request) throw new Error("the class registered nothing");
    return { inputs: [...read].sort(), properties: own.sort(), request };
  } finally {
    monitor.registerResource = original;
  }
}

function recorded(): { args: never; read: Set<string> } {
  const read = new Set<string>();
  const get = (_: object, name: string | symbol) => {
    read.add(String(name));
    return name === "connection" ? { host: "h" } : 1;
  };
  return { args: new Proxy({}, { get }) as never, read };
}

function names<const N extends string>(list: readonly N[]): Record<N, true> {
  return Object.fromEntries(list.map((name) => [name, true])) as Record<N, true>;
}
