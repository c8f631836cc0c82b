import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandConnection } from "../../providers/command-connection";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const { privateKey } = generateKeyPairSync("ed25519", {
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const folder = mkdtempSync(join(tmpdir(), "command-"));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const identityFile = file("key", privateKey);
const configFile = file(
  "config",
  `Host one\n HostName 10.0.0.7\n Port 2200\n User ops\n IdentityFile ${identityFile}\n` +
    `Host far\n ProxyJump jump@gate\nHost farther\n ProxyJump gate,gate2\n` +
    `Host *\n UserKnownHostsFile ${file("known", `[10.0.0.7]:2200,gate,gate2,far,farther ${hostKey}\n`)}\n`,
);
afterAll(() => rmSync(folder, { recursive: true }));

test("says what the configuration file says", () => {
  expect(commandConnection("s1", { host: "one", configFile })).toEqual({
    host: "10.0.0.7",
    port: 2200,
    user: "ops",
    hostKey,
    privateKey,
  });
});

test("says the ways to log in that are given", () => {
  const given = { identityFile, passphrase: "open", password: "pw", agent: "/run/agent", hostKey };
  expect(commandConnection("s1", { host: "10.0.0.1", configFile: false, ...given })).toEqual({
    host: "10.0.0.1",
    port: 22,
    user: "root",
    hostKey,
    privateKey,
    privateKeyPassword: "open",
    password: "pw",
    agentSocketPath: "/run/agent",
  });
});

test.each([
  ["that is given", { host: "far", bastions: [{ host: "gate", user: "jump" }] }],
  ["of the configuration file", { host: "far" }],
])("goes through the bastion %s", (_, connection) => {
  expect(commandConnection("s1", { configFile, ...connection })).toEqual({
    host: "far",
    port: 22,
    user: "root",
    hostKey,
    proxy: { host: "gate", port: 22, user: "jump", hostKey },
  });
});

test.each([
  [
    "two bastions",
    { host: "farther", configFile },
    "s1: hooks would go through 2 bastions, and @pulumi/command knows one: reach it through one, or take the hooks away",
  ],
  [
    "no host key",
    { host: "10.0.0.1", configFile: false as const, knownHosts: "/dev/null" },
    's1: hooks need its whole host key, and there is none: give hostKey as "ssh-ed25519 AAAA…" (not as a fingerprint), or add it to known_hosts',
  ],
  [
    "a bastion without a host key",
    {
      host: "10.0.0.1",
      configFile: false as const,
      hostKey,
      bastions: [{ host: "b", knownHosts: "/dev/null" }],
    },
    's1: its bastion b: hooks need its whole host key, and there is none: give hostKey as "ssh-ed25519 AAAA…" (not as a fingerprint), or add it to known_hosts',
  ],
])("%s is refused", (_, connection, message) => {
  expect(() => commandConnection("s1", connection)).toThrow(message);
});
