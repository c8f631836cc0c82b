import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { caHash, dependencies, joinToken, made, node, only, registered, secret } from "./mocks";

const { K3sCluster } =
  require("../../components/k3s-cluster") as typeof import("../../components/k3s-cluster");

const machines = {
  version: "v1.33.3+k3s1",
  servers: ["s1", "s2", "s3"].map((name, index) => ({ name, host: `10.0.0.${index + 11}` })),
  agents: [{ name: "a1", host: "10.0.0.21", labels: { tier: "web" } }],
};

async function cluster(name: string, args: ConstructorParameters<typeof K3sCluster>[1]) {
  const { kubeconfig, clusterId, urn } = new K3sCluster(name, args);
  await made(kubeconfig, clusterId, urn);
}

test("the other servers join the first with its pinned token, agents the cluster with the agent token", async () => {
  await cluster("dev", machines);
  expect(node("s1").config).toMatchObject({ role: "server", name: "s1" });
  expect(node("s1")).not.toHaveProperty("join");
  expect(node("s2")).toMatchObject({ token: secret(joinToken("s1")), join: "https://10.0.0.11:6443" });
  expect(node("s3")).toMatchObject({ token: secret(joinToken("s1")), join: "https://10.0.0.11:6443" });
  expect(node("a1")).toMatchObject({
    token: secret(`K10${caHash}::node:made-dev-agent-token`),
    config: { role: "agent", labels: { tier: "web" }, join: "https://10.0.0.11:6443" },
  });
});

test("agents wait for every server, and not for the control plane's verification", async () => {
  await cluster("dev", machines);
  expect(dependencies("Node", "a1").filter((one) => /^(Node|ControlPlane) /.test(one))).toEqual([
    "Node s1",
    "Node s2",
    "Node s3",
  ]);
  expect(dependencies("ControlPlane", "dev")).toEqual(
    expect.arrayContaining(["Node s1", "Node s2", "Node s3"]),
  );
});

test("every machine is looked at in one go, and the control plane is every server", async () => {
  await cluster("dev", machines);
  expect(Object.keys(only("Preflight").machines as object).sort()).toEqual(["a1", "s1", "s2", "s3"]);
  expect(only("Membership")).toMatchObject({ servers: ["s1", "s2", "s3"], allowSingleServer: false });
  const servers = only("ControlPlane").servers as { name: string }[];
  expect(servers.map(({ name }) => name)).toEqual(["s1", "s2", "s3"]);
});

test("every server knows the others: whether the cluster exists, and whether it may be away, is theirs to say", async () => {
  await cluster("dev", machines);
  expect((node("s1").peers as { name: string }[]).map(({ name }) => name)).toEqual(["s2", "s3"]);
  expect((node("s2").peers as { name: string }[]).map(({ name }) => name)).toEqual(["s1", "s3"]);
});

test("servers keep the tokens of their snapshots where those are", async () => {
  await cluster("dev", { ...machines, snapshots: { folder: "/backup" } });
  expect(node("s2")).toMatchObject({
    snapshotFolder: "/backup",
    config: { extra: { "etcd-snapshot-dir": "/backup" } },
  });
  expect(node("a1")).not.toHaveProperty("snapshotFolder");
});

test("servers whose state is elsewhere have no snapshots", async () => {
  await cluster("elsewhere", { ...machines, datastore: { kind: "external", endpoint: "postgres://db/k3s" } });
  expect(node("s1")).not.toHaveProperty("snapshotFolder");
});

test("agents know all servers, each of which may change their nodes, by the keys that were learned; servers need none", async () => {
  await cluster("dev", { ...machines, ssh: { trustOnFirstUse: true } });
  expect(node("a1").api).toEqual({
    name: "s1",
    connection: { host: "10.0.0.11", hostKey: "ssh-ed25519 learned", hostKeyLearned: true },
  });
  expect(node("a1").peers).toMatchObject([{ name: "s2" }, { name: "s3" }]);
  for (const name of ["s1", "s2", "s3"]) expect(node(name)).not.toHaveProperty("api");
});

test("who leaves is seen to last, when all who stay are as they are to be", async () => {
  await cluster("dev", { ...machines, drain: { timeout: "90 s", grace: "1500 ms", emptyDirs: "keep" } });
  const { servers, agents, drain, atOnce } = only("Departure") as Record<string, { name: string }[]>;
  expect([servers, agents].map((list) => list?.map(({ name }) => name))).toEqual([
    ["s1", "s2", "s3"],
    ["a1"],
  ]);
  expect({ drain, atOnce }).toEqual({ drain: { timeout: 90_000, grace: 2, emptyDirs: "keep" }, atOnce: 1 });
  // How somebody is reached who is no more may hold passwords.
  expect([only("Membership").former, only("Departure").former]).toEqual([secret([]), secret([])]);
  expect(dependencies("Departure", "dev")).toEqual(expect.arrayContaining(["ControlPlane dev", "Node a1"]));
});

test("what all machines are to hold is known before any node changes", async () => {
  const artifacts = { mirror: "https://mirror.example.com/k3s", images: true };
  await cluster("dev", { ...machines, artifacts, proxy: { https: "http://proxy:3128" } });
  const { version, members, releases } = only("Membership") as Record<string, { name: string }[]>;
  expect(version).toBe("v1.33.3+k3s1");
  expect(members?.map(({ name }) => name)).toEqual(["s1", "s2", "s3"]);
  const { connection: _, ...staged } = only("Machine", "a1");
  expect(releases?.map(({ name }) => name)).toEqual(["s1", "s2", "s3", "a1"]);
  for (const key of ["version", "release", "images", "proxy"])
    expect(releases?.[3]).toHaveProperty(key, staged[key]);
  for (const name of ["s1", "s2", "s3"]) expect(dependencies("Node", name)).toContain("Membership dev");
});

test("nodes are drained for an upgrade unless they are to keep their pods or are alone, agents a share at a time", async () => {
  const agents = Array.from({ length: 25 }, (_, index) => ({
    name: `a${index}`,
    host: `10.0.0.${index + 30}`,
  }));
  await cluster("dev", { ...machines, agents });
  expect(node("a1")).toMatchObject({ atOnce: 2, drain: { timeout: 300_000, emptyDirs: "delete" } });
  expect(node("s1")).toHaveProperty("drain");
  registered.length = 0;
  await cluster("alone", { ...machines, servers: machines.servers.slice(0, 1), agents: [] });
  expect(node("s1")).not.toHaveProperty("drain");
  registered.length = 0;
  const upgrade = { agents: { atOnce: 7, drain: false }, servers: { drain: false } };
  await cluster("other", { ...machines, upgrade });
  expect(node("a1").atOnce).toBe(7);
  for (const name of ["a1", "s1"]) expect(node(name)).not.toHaveProperty("drain");
});

test("tokens are made when they are not given, and not when they are", async () => {
  await cluster("dev", machines);
  expect(registered.filter(({ type }) => type.startsWith("random:"))).toHaveLength(2);
  registered.length = 0;
  await cluster("own", { ...machines, token: "t".repeat(20), agentToken: pulumi.output("a".repeat(20)) });
  expect(registered.filter(({ type }) => type.startsWith("random:"))).toHaveLength(0);
});

test("with adopt the first server says which tokens its cluster has, and the look knows what all are to run with", async () => {
  await cluster("dev", { ...machines, adopt: true, agentToken: "a".repeat(20) });
  expect([node("s1").adopt, node("s2").adopt, node("a1").adopt]).toEqual([["token"], [], []]);
  const { first, nodes } = only("Preflight").adopt as { first: string; nodes: Record<string, object> };
  expect([first, Object.keys(nodes).sort()]).toEqual(["s1", ["a1", "s1", "s2", "s3"]]);
  expect(nodes.s1).toEqual({ config: node("s1").config });
  registered.length = 0;
  await cluster("plain", machines);
  expect([node("s1"), node("a1"), only("Preflight")].filter((inputs) => "adopt" in inputs)).toEqual([]);
});

test("also on a cluster that was adopted a turn is told to it, and its new agent token goes by the first server", async () => {
  await cluster("dev", { ...machines, adopt: true, tokens: { rotate: "2" } });
  expect(only("Membership")).toMatchObject({ rotate: "2", agentToken: secret("made-dev-agent-token") });
  expect(node("s1")).toMatchObject({ adopt: ["token", "agentToken"], rotate: { tokens: "2" } });
  expect(node("s2").agentToken).toEqual(secret("made-dev-agent-token"));
  expect(node("a1").token).toEqual(secret(`K10${caHash}::node:made-dev-agent-token`));
  expect(dependencies("Node", "s2")).toContain("Node s1");
});

test("tokens are made anew by another value to rotate by, which everybody who goes by them is told", async () => {
  await cluster("dev", { ...machines, tokens: { rotate: "2" }, certificates: { rotate: "3" } });
  for (const { inputs } of registered.filter(({ type }) => type.startsWith("random:")))
    expect(inputs.keepers).toEqual({ rotate: "2" });
  expect(only("Membership")).toMatchObject({ rotate: "2", token: secret("made-dev-token") });
  const turn = { rotate: { tokens: "2", certificates: "3" } };
  for (const one of [node("s1"), node("s2"), node("a1"), only("ControlPlane")])
    expect(one).toMatchObject(turn);
  registered.length = 0;
  await cluster("dev", machines);
  for (const { inputs } of registered) expect(inputs).not.toHaveProperty("rotate");
  for (const { inputs } of registered) expect(inputs).not.toHaveProperty("keepers");
});

test("an external endpoint is where agents join and what the kubeconfig speaks to", async () => {
  await cluster("dev", { ...machines, endpoint: { address: "lb.example", port: 8443 } });
  expect(node("a1").config).toMatchObject({ join: "https://lb.example:8443" });
  expect(only("ControlPlane").endpoint).toEqual({ address: "lb.example", port: 8443 });
});

test("all mistakes in the arguments are reported together", () => {
  const wrong = { ...machines, version: "1.33", servers: [{ name: "S 1", host: "10.0.0.1" }] };
  expect(() => new K3sCluster("dev", wrong)).toThrow(/version[\s\S]*servers\[0\]\.name/);
});

test("a key that was believed at first use is the only one for whatever comes after the look", async () => {
  await cluster("dev", { ...machines, ssh: { trustOnFirstUse: true } });
  expect(only("Preflight").machines).toMatchObject({
    s2: { connection: { host: "10.0.0.12", trustOnFirstUse: true } },
  });
  for (const kind of ["Machine", "Node"])
    expect(only(kind, "s2").connection).toEqual({
      host: "10.0.0.12",
      hostKey: "ssh-ed25519 learned",
      hostKeyLearned: true,
    });
  expect(only("ControlPlane").servers).toContainEqual({
    name: "s2",
    connection: { host: "10.0.0.12", hostKey: "ssh-ed25519 learned", hostKeyLearned: true },
  });
});

test("a single server may keep its state in a file, and servers theirs in a database of the user's", async () => {
  const [s1] = machines.servers;
  await cluster("file", {
    version: machines.version,
    servers: s1 ? [s1] : [],
    datastore: { kind: "sqlite" },
  });
  expect(node("s1").datastore).toEqual({ kind: "sqlite" });
  expect([only("Preflight").etcd, only("Membership").external]).toEqual([false, false]);
  registered.length = 0;
  const external = { kind: "external" as const, endpoint: "postgres://k3s:pw@db:5432/k3s" };
  await cluster("database", { ...machines, datastore: external });
  expect(node("s2").datastore).toEqual(secret(external));
  expect(only("Membership").external).toBe(true);
  expect(node("a1")).not.toHaveProperty("datastore");
});

test("registries are a file of every node, and a secret where it holds a password", async () => {
  const mirrors = { "docker.io": { endpoint: ["https://mirror.example"] } };
  await cluster("dev", { ...machines, registries: { mirrors } });
  expect(node("a1").registries).toMatch(/^# From the cluster's manifest.*\nmirrors:\n {2}docker.io:\n/);
  registered.length = 0;
  const configs = { "mirror.example": { auth: { username: "u", password: "pw" } } };
  await cluster("dev", { ...machines, registries: { mirrors, configs } });
  expect(node("s1").registries).toEqual(secret(expect.stringContaining("password: pw")));
});

test("a proxy is for downloads and for k3s, and not for what the nodes reach themselves", async () => {
  const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
  const proxy = { https: "http://proxy:3128", noProxy: ["10.0.0.0/28", ".internal"] };
  await cluster("dev", { ...machines, proxy });
  expect(warned).toHaveBeenCalledWith(expect.stringContaining("does not hold a1 (10.0.0.21), "));
  expect(only("Machine", "s1").proxy).toBe("http://proxy:3128");
  expect(only("Preflight").mirrorProxy).toBe("http://proxy:3128");
  expect(node("s1").environment).toMatch(
    /\nHTTPS_PROXY="http:\/\/proxy:3128"\nNO_PROXY="10.0.0.0\/28,.internal,10.0.0.21,10.42.0.0\/16,10.43.0.0\/16,.svc,.cluster.local"\n$/,
  );
  registered.length = 0;
  const artifacts = { mirror: "https://mirror.internal/k3s" };
  await cluster("dev", { ...machines, artifacts, proxy: { ...proxy, https: "http://u:pw@proxy:3128" } });
  expect(only("Machine", "s1").proxy).toEqual(secret("none"));
  expect(node("s1").environment).toEqual(secret(expect.stringContaining("u:pw@proxy")));
  warned.mockRestore();
});

test("a connection that holds a password is a secret, and one without is not", async () => {
  const ssh = { user: "ops", sudoPassword: "pw" };
  await cluster("dev", {
    ...machines,
    servers: machines.servers.map((one) => (one.name === "s1" ? { ...one, ssh } : one)),
  });
  expect(node("s1").connection).toEqual({
    ...secret({ host: "10.0.0.11", user: "ops", sudoPassword: "pw" }),
  });
  expect(node("s2").connection).toEqual({ host: "10.0.0.12" });
  expect(node("a1").api).toEqual(secret({ name: "s1", connection: { host: "10.0.0.11", ...ssh } }));
});

test("where the API is reached is no secret, whatever opens the first server", async () => {
  const { endpoint, kubeconfig } = new K3sCluster("dev", { ...machines, ssh: { sudoPassword: "pw" } });
  await made(kubeconfig);
  expect(await pulumi.isSecret(endpoint)).toBe(false);
  expect(node("a1").config).toMatchObject({ join: "https://10.0.0.11:6443" });
});

test("addresses may be outputs of whoever makes the machines", async () => {
  const host = pulumi.output(Promise.resolve("10.9.9.9"));
  await cluster("dev", { version: machines.version, servers: [{ name: "s1", host }], agents: [] });
  expect(node("s1").connection).toEqual({ host: "10.9.9.9" });
  expect(only("ControlPlane").endpoint).toEqual({ address: "10.9.9.9", port: 6443 });
});

describe("hooks", () => {
  let folder: string;
  const { privateKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hooks-"));
    writeFileSync(join(folder, "key"), privateKey);
    writeFileSync(join(folder, "known_hosts"), `10.0.0.11,10.0.0.21 ${hostKey}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const hooked = (more: object) => ({
    version: machines.version,
    ssh: { identityFile: join(folder, "key"), knownHosts: join(folder, "known_hosts") },
    servers: [{ name: "s1", host: "10.0.0.11" }],
    agents: [{ name: "a1", host: "10.0.0.21", hooks: { after: "echo agent" } }],
    ...more,
  });

  test("run before a machine is touched and after it is a node, at the host that is known by its key", async () => {
    await cluster("dev", hooked({ hooks: { before: ["mount /data", "true"], after: "echo done" } }));
    expect(only("Command", "s1-before")).toMatchObject({
      create: "/bin/sh -es",
      stdin: "{\nmount /data\ntrue\n} </dev/null\n",
    });
    expect(only("Command", "s1-before").connection).toMatchObject({
      ...secret(""),
      value: { host: "10.0.0.11", user: "root", hostKey, privateKey },
    });
    expect(only("Command", "a1-after").stdin).toBe("{\necho done\necho agent\n} </dev/null\n");
    expect(dependencies("Machine", "s1")).toContain("Command s1-before");
    expect(dependencies("Command", "s1-before")).toContain("Preflight dev");
    expect(dependencies("Command", "s1-after")).toContain("ControlPlane dev");
    expect(dependencies("Command", "a1-after")).toContain("Node a1");
  });

  test("are no resources where there are none", async () => {
    await cluster("dev", hooked({ agents: [] }));
    expect(registered.filter(({ type }) => type.startsWith("command:"))).toEqual([]);
  });
});
