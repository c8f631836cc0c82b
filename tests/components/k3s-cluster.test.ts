import * as pulumi from "@pulumi/pulumi";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

pulumi.runtime.setMocks({
  newResource: ({ type, name, inputs }) => {
    registered.push({ type, name, inputs });
    const outputs = {
      joinToken: `K10-${name}`,
      agentToken: "K10-agent",
      sha256: "sum",
      result: `made-${name}`,
    };
    return { id: `${name}-id`, state: { ...inputs, ...outputs } };
  },
  call: () => ({}),
});

const { K3sCluster } =
  require("../../components/k3s-cluster") as typeof import("../../components/k3s-cluster");
const { checkManifest } = require("../../manifest/parse") as typeof import("../../manifest/parse");

const manifest = (more: object = {}) =>
  checkManifest(
    {
      name: "dev",
      version: "v1.33.3+k3s1",
      servers: ["s1", "s2", "s3"].map((name, index) => ({ name, host: `10.0.0.${index + 11}` })),
      agents: [{ name: "a1", host: "10.0.0.21", labels: { tier: "web" } }],
      ...more,
    },
    "test",
  );

beforeEach(() => {
  registered.length = 0;
});

test("the other servers join the first with its pinned token, agents the verified cluster with the agent token", async () => {
  await made(new K3sCluster("dev", manifest()));
  expect(node("s1").config).toMatchObject({ role: "server", name: "s1" });
  expect(node("s1").config).not.toHaveProperty("join");
  expect(node("s2")).toMatchObject({ token: secret("K10-s1"), config: { join: "https://10.0.0.11:6443" } });
  expect(node("s3")).toMatchObject({ token: secret("K10-s1"), config: { join: "https://10.0.0.11:6443" } });
  expect(node("a1")).toMatchObject({
    token: secret("K10-agent"),
    config: { role: "agent", labels: { tier: "web" } },
  });
});

test("every machine is looked at in one go, and the control plane waits for every server", async () => {
  await made(new K3sCluster("dev", manifest()));
  expect(Object.keys(only("Preflight").machines as object).sort()).toEqual(["a1", "s1", "s2", "s3"]);
  expect(only("Membership").servers).toEqual(["s1", "s2", "s3"]);
  expect((only("ControlPlane").servers as { name: string }[]).map(({ name }) => name)).toEqual([
    "s1",
    "s2",
    "s3",
  ]);
});

test("tokens are made when they are not given, and not when they are", async () => {
  await made(new K3sCluster("dev", manifest()));
  expect(registered.filter(({ type }) => type.startsWith("random:"))).toHaveLength(2);
  registered.length = 0;
  await made(new K3sCluster("own", { ...manifest(), token: "t".repeat(20), agentToken: "a".repeat(20) }));
  expect(registered.filter(({ type }) => type.startsWith("random:"))).toHaveLength(0);
});

test("an external endpoint is where agents join and what the kubeconfig speaks to", async () => {
  await made(new K3sCluster("dev", manifest({ endpoint: { address: "lb.example", port: 8443 } })));
  expect(node("a1").config).toMatchObject({ join: "https://lb.example:8443" });
  expect(only("ControlPlane").endpoint).toEqual({ address: "lb.example", port: 8443 });
});

test("hooks are refused rather than left out", () => {
  expect(() => new K3sCluster("dev", manifest({ hooks: { before: "true" } }))).toThrow(
    /hooks are not run.*s1, s2, s3, a1/,
  );
});

/** Waits until everything below the component is registered. */
async function made(cluster: InstanceType<typeof K3sCluster>): Promise<void> {
  await new Promise((resolve) =>
    pulumi.all([cluster.kubeconfig, cluster.clusterId, cluster.urn]).apply(resolve),
  );
  await pulumi.runtime.disconnect();
}

function only(kind: string): Record<string, unknown> {
  const [found, ...more] = registered.filter(({ type }) => type.endsWith(`:${kind}`));
  expect([found !== undefined, more]).toEqual([true, []]);
  return found?.inputs ?? {};
}

function node(name: string): Record<string, unknown> {
  return (
    registered.find((resource) => resource.type.endsWith(":Node") && resource.name === name)?.inputs ?? {}
  );
}

/** A secret on its way to the engine: the signature that Pulumi marks it with, and the value. */
function secret(value: string): unknown {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}
