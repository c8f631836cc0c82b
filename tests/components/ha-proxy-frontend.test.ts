import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { checkTiming } from "../../balancer/timing";
import { caHashOf } from "../../components/ca-hash";
import { caHash, dependencies, joinToken, made, only, registered, secret } from "./mocks";

const { HaProxyFrontend, K3sAgent, K3sServer } =
  require("../../components") as typeof import("../../components");

const connection = { host: "10.0.0.21" };
const backends = [{ name: "s1", address: "10.0.0.11" }];
const frontend = (args: object = {}, name = "a1") =>
  new HaProxyFrontend(name, { connection, backends, ca: caHash, ...args });

test("is on the machine itself, with a page of statistics whose password is made, unless it is told otherwise", async () => {
  const { ready, url, statsPassword } = frontend();
  await made(ready, url);
  expect(only("HaProxy", "a1")).toMatchObject({
    cluster: "a1",
    machine: "a1",
    connection,
    backends: [{ name: "s1", address: "10.0.0.11", port: 6443 }],
    caHash,
    listeners: [{ address: "127.0.0.1", port: 16443 }],
    healthCheck: "anonymous-health",
    timing: checkTiming,
    stats: { listener: { address: "*", port: 1936 }, user: "admin", metrics: "beside" },
    statsPassword: secret("made-a1-stats"),
    keepPackage: false,
    patience: 300_000,
  });
  expect(only("RandomPassword")).toMatchObject({ length: 32, special: false });
  expect(await pulumi.isSecret(statsPassword as pulumi.Output<string>)).toBe(true);
});

test("takes what it is given", async () => {
  const listeners = [{ address: "*", port: 8443 }];
  const given = {
    ...{ cluster: "prod", machine: "lb1", listeners, healthCheck: "any-401", keepPackage: true },
    ...{ backends: [{ name: "s1", address: pulumi.output("fd00::11"), port: 7443 }], timing: { fall: 3 } },
    stats: { port: 9000, address: "127.0.0.1", user: "ops", password: "pw", metrics: "closed" },
    ...{ patience: 1, preflight: "looked" },
  };
  const { url } = frontend(given);
  await made(url);
  expect(only("HaProxy")).toMatchObject({
    ...{ cluster: "prod", machine: "lb1", listeners, healthCheck: "any-401", keepPackage: true },
    backends: [{ name: "s1", address: "fd00::11", port: 7443 }],
    timing: { ...checkTiming, fall: 3 },
    stats: { listener: { address: "127.0.0.1", port: 9000 }, user: "ops", metrics: "closed" },
    statsPassword: secret("pw"),
    ...{ patience: 1, preflight: "looked" },
  });
  expect(registered.filter(({ type }) => type.endsWith("RandomPassword"))).toEqual([]);
});

test("has no page, and no password, where it is told so", async () => {
  const { ready, statsPassword } = frontend({ stats: false });
  await made(ready);
  expect(only("HaProxy")).not.toHaveProperty("stats");
  expect([only("HaProxy").statsPassword, statsPassword]).toEqual([undefined, undefined]);
  expect(registered.filter(({ type }) => type.endsWith("RandomPassword"))).toEqual([]);
});

const certificate = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";

test.each([
  ["a certificate", certificate, createHash("sha256").update(certificate).digest("hex")],
  ["a token", joinToken("s1"), caHash],
  ["a hash", caHash, caHash],
  ["a secret", pulumi.secret(joinToken("s1")), caHash],
])("knows the CA by %s, and keeps no secret of it", async (_case, ca, hash) => {
  const { ready } = frontend({ ca });
  await made(ready);
  expect(only("HaProxy").caHash).toBe(hash);
});

test.each(["", "t0ken", "K10abc::server:t"])("takes %j for no CA, and does not repeat it", (ca) => {
  expect(() => caHashOf("a1", ca)).toThrow(
    new pulumi.RunError(
      'HaProxyFrontend "a1": ca names no CA: give the cluster\'s certificate, a token in full (K10…), or its SHA-256.',
    ),
  );
});

test.each([
  [{ address: "127.0.0.1", port: 16443 }, "https://127.0.0.1:16443"],
  [{ address: "*", port: 8443 }, "https://10.0.0.21:8443"],
  [{ address: "::", port: 8443 }, "https://10.0.0.21:8443"],
  [{ address: "fd00::100", port: 8443 }, "https://[fd00::100]:8443"],
])("is reached where it listens: %j", async (listener, expected) => {
  const { url } = frontend({ listeners: [listener] });
  expect(await new Promise((resolve) => url.apply(resolve))).toBe(expected);
});

test("a password in the connection keeps that secret, and the address none", async () => {
  const given = { host: "10.0.0.21", password: "pw" };
  const { url } = frontend({ connection: given });
  await made(url);
  expect(only("HaProxy").connection).toEqual(secret(given));
  expect(await pulumi.isSecret(url)).toBe(false);
});

test("an agent that joins by its own balancer waits for it", async () => {
  const version = "v1.33.3+k3s1";
  const server = new K3sServer("s1", {
    ...{ version, connection: { host: "10.0.0.11" }, token: "t", agentToken: "a" },
  });
  const balancer = frontend({ ca: server.joinToken });
  const agent = new K3sAgent("a1", {
    ...{ version, connection },
    server: { url: balancer.url, token: server.agentToken },
  });
  await made(agent.ready);
  expect(only("Node", "a1").config).toMatchObject({ join: "https://127.0.0.1:16443" });
  expect(dependencies("Node", "a1")).toContain("HaProxy a1");
  expect(dependencies("HaProxy", "a1")).toContain("Node s1");
});
