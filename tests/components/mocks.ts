import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

interface Request {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
}

/** Everything that was registered with the engine, in its order. */
export const registered: Registered[] = [];

export const caHash = "c".repeat(64);

export function joinToken(name: string): string {
  return `K10${caHash}::server:${name}`;
}

/** Every host of the tests' network has a key, whoever asks. */
const hostKeys = Object.fromEntries(
  Array.from({ length: 30 }, (_, index) => [`10.0.0.${index}:22`, "ssh-ed25519 learned"]),
);

pulumi.runtime.setMocks({
  newResource: ({ type, name, inputs }) => {
    registered.push({ type, name, inputs });
    const outputs = {
      hostKeys,
      joinToken: joinToken(name),
      sha256: "sum",
      kubeconfig: "config",
      result: `made-${name}`,
    };
    return { id: `${name}-id`, state: { ...inputs, ...outputs } };
  },
  call: () => ({}),
});

const waited = new Map<string, string[]>();
const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, (...args: unknown[]) => unknown>;
const register = monitor.registerResource?.bind(monitor);
monitor.registerResource = (request, ...rest) => {
  const { getType, getName, getDependenciesList } = request as Request;
  const key = `${kindOf(getType.call(request))} ${getName.call(request)}`;
  waited.set(key, getDependenciesList.call(request).map(nameOf).sort());
  return register?.(request, ...rest);
};

beforeEach(() => {
  registered.length = 0;
  waited.clear();
});

/** What a resource waits for, each as its kind and its name. */
export function dependencies(kind: string, name: string): string[] {
  return waited.get(`${kind} ${name}`) ?? [];
}

function nameOf(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${kindOf(types)} ${name}`;
}

function kindOf(type: string): string {
  return type.split(":").at(-1) ?? "";
}

/** Waits until everything that a program makes is registered. */
export async function made(...outputs: (pulumi.Output<unknown> | undefined)[]): Promise<void> {
  await new Promise((resolve) => pulumi.all(outputs).apply(resolve));
  await pulumi.runtime.disconnect();
}

/** The inputs of the one resource of a kind, or of the one with that name. */
export function only(kind: string, named?: string): Record<string, unknown> {
  const found = registered.filter(
    ({ type, name }) => type.endsWith(`:${kind}`) && (named === undefined || name === named),
  );
  expect(found.map(({ name }) => name)).toHaveLength(1);
  return found[0]?.inputs ?? {};
}

export function node(name: string): Record<string, unknown> {
  return only("Node", name);
}

/** A secret on its way to the engine: the signature that Pulumi marks it with, and the value. */
export function secret(value: unknown): object {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}
