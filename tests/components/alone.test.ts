import * as pulumi from "@pulumi/pulumi";
import { caHash, dependencies, joinToken, made, node, only, registered, secret } from "./mocks";

const { K3sServer, K3sAgent } = require("../../components") as typeof import("../../components");

const version = "v1.33.3+k3s1";
const at = (host: string) => ({ host: pulumi.output(Promise.resolve(host)) });

test("a server alone begins a cluster, is verified, and takes an address that is an output", async () => {
  const server = new K3sServer("one", { version, connection: at("10.0.0.1"), token: "t", agentToken: "a" });
  await made(server.url, server.kubeconfig ?? pulumi.output(""));
  expect(node("one")).toMatchObject({ token: secret("t"), connection: { host: "10.0.0.1" }, cluster: "one" });
  expect(only("ControlPlane")).toMatchObject({ endpoint: { address: "10.0.0.1", port: 6443 } });
});

describe("a server that HAProxy asks for its health", () => {
  const times = { "etcd-arg": ["heartbeat-interval=100", "election-timeout=1000"] };
  const asked = { version, token: "t", agentToken: "a", healthCheck: "anonymous-health" as const };
  const given = (name: string) => (node(name).config as { extra?: object }).extra ?? {};

  test("has its etcd look for another leader in time, and so has one that joins it", async () => {
    const first = new K3sServer("one", { ...asked, connection: at("10.0.0.1"), config: { debug: true } });
    const second = new K3sServer("two", { ...asked, connection: at("10.0.0.2"), server: first });
    await made(first.node, second.node);
    expect([given("one"), given("two")]).toEqual([{ debug: true, ...times }, times]);
  });

  test("keeps the times that its user gives, those elsewhere, and none where it has no etcd", async () => {
    const own = { "etcd-arg": ["election-timeout=5000"] };
    const join = { url: "https://10.0.0.9:6443", token: `K10${caHash}::server:x` };
    const servers = [
      new K3sServer("own", { ...asked, connection: at("10.0.0.1"), config: own }),
      new K3sServer("far", { ...asked, connection: at("10.0.0.2"), server: join }),
      new K3sServer("file", { ...asked, connection: at("10.0.0.3"), datastore: { kind: "sqlite" } }),
      new K3sServer("unasked", { ...asked, connection: at("10.0.0.4"), healthCheck: undefined }),
    ];
    await made(...servers.map((one) => one.node));
    expect(["own", "far", "file", "unasked"].map(given)).toEqual([own, {}, {}, {}]);
  });
});

test("an agent joins a server of the program with its pinned agent token", async () => {
  const server = new K3sServer("one", { version, connection: at("10.0.0.1"), token: "t", agentToken: "a" });
  const agent = new K3sAgent("two", { version, connection: at("10.0.0.2"), server });
  await made(agent.ready);
  expect(node("two")).toMatchObject({
    token: secret(`K10${caHash}::node:a`),
    config: { role: "agent", join: "https://10.0.0.1:6443" },
  });
  expect(node("two").api).toEqual({ name: "one", connection: { host: "10.0.0.1" } });
  expect(dependencies("Node", "two")).toContain("Node one");
});

test("a server joins another with that one's token", async () => {
  const first = new K3sServer("one", { version, connection: at("10.0.0.1"), token: "t", agentToken: "a" });
  const second = new K3sServer("two", {
    version,
    connection: at("10.0.0.2"),
    server: first,
    agentToken: "a",
  });
  await made(second.url, second.joinToken);
  expect(node("two")).toMatchObject({ token: secret(joinToken("one")), join: "https://10.0.0.1:6443" });
});

test("an agent joins a cluster that is elsewhere by its address and token, and knows a server of it if told", async () => {
  const join = { url: "https://10.0.0.9:6443", token: pulumi.secret(`K10${caHash}::node:x`) };
  const api = { name: "far", connection: at("10.0.0.9") };
  const agents = [
    new K3sAgent("two", { version, connection: at("10.0.0.2"), server: join }),
    new K3sAgent("three", { version, connection: at("10.0.0.3"), server: { ...join, api } }),
  ];
  await made(...agents.map(({ ready }) => ready));
  expect(node("two")).toMatchObject({ token: secret(`K10${caHash}::node:x`), config: { join: join.url } });
  expect(node("two")).not.toHaveProperty("api");
  expect(node("three").api).toEqual({ name: "far", connection: { host: "10.0.0.9" } });
});

test("what may hold a password is a secret, also where nobody made one of it", async () => {
  const datastore = { kind: "external" as const, endpoint: "postgres://k3s:pw@db:5432/k3s" };
  const registries = { configs: { "mirror.example": { auth: { username: "u", password: "pw" } } } };
  const proxy = { https: "http://u:pw@proxy:3128", noProxy: [] };
  const connection = { host: "10.0.0.1", bastions: [{ host: "gate", password: "pw" }] };
  const server = new K3sServer("one", {
    ...{ version, connection, token: "t", agentToken: "a" },
    ...{ datastore, registries, proxy },
  });
  await made(server.node, server.kubeconfig ?? pulumi.output(""));
  expect(node("one")).toMatchObject({
    connection: secret(connection),
    datastore: secret(datastore),
    registries: secret(expect.stringContaining("password: pw")),
    environment: secret(expect.stringContaining("u:pw@proxy")),
  });
  expect(only("Machine").proxy).toEqual(secret("http://u:pw@proxy:3128"));
  expect(only("ControlPlane").servers).toEqual(secret([{ name: "one", connection }]));
  expect(await pulumi.isSecret(server.url)).toBe(false);
});

test("what holds no password is none", async () => {
  const server = new K3sServer("one", {
    ...{ version, connection: at("10.0.0.1"), token: "t", agentToken: "a" },
    ...{ datastore: { kind: "sqlite" as const }, proxy: { https: "http://proxy:3128", noProxy: [] } },
  });
  await made(server.node);
  expect(node("one")).toMatchObject({
    datastore: { kind: "sqlite" },
    environment: expect.stringContaining('HTTPS_PROXY="http://proxy:3128"'),
  });
});

test("a server with neither a token nor a server to join is refused", () => {
  expect(() => new K3sServer("one", { version, connection: at("10.0.0.1"), agentToken: "a" })).toThrow(
    'K3sServer "one": give a token, or a server to join.',
  );
  expect(registered.filter(({ type }) => type.endsWith(":Node"))).toEqual([]);
});
