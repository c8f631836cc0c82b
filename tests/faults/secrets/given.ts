import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { command } from "../../../lab/command";
import { userKey } from "../../../lab/machines/keys";
import { manifestFor } from "../../../lab/machines/manifest";
import { hosts, type Lab } from "../../../lab/machines/model";
import { k3s } from "../../../lab/tools/catalog";
import { machine, onMachine } from "../../e2e/labs";
import type { Stack } from "../../e2e/stack";

/** What a manifest can hold that is secret; the server token is made instead, and read where the servers keep it. */
const names = [
  "agentToken",
  "sudoPassword",
  "password",
  "passphrase",
  "registryPassword",
  "registryToken",
  "proxyPassword",
  "datastorePassword",
] as const;

export type Secrets = Record<(typeof names)[number], string>;

export function makeSecrets(): Secrets {
  return Object.fromEntries(names.map((name) => [name, letters()])) as Secrets;
}

/** Enough that it is nowhere by accident. */
export function letters(): string {
  return randomBytes(32).toString("base64").replace(/\W/g, "").slice(0, 24);
}

/** With what is easily quoted or escaped in the wrong way. */
const odd = (text: string) => `~'"\\$&%+/ ${text}`;

/** The values by their places in the stack's settings. */
function login({ sudoPassword, password, passphrase }: Secrets): Record<string, string> {
  return {
    "cluster.ssh.sudoPassword": odd(sudoPassword),
    "cluster.ssh.password": odd(password),
    "cluster.ssh.passphrase": odd(passphrase),
  };
}

function values(secrets: Secrets): Record<string, string> {
  const registries = "cluster.registries.configs";
  return {
    ...login(secrets),
    "cluster.agentToken": odd(secrets.agentToken).replace(" ", ""),
    [`${registries}["one.example:5000"].auth.password`]: odd(secrets.registryPassword),
    [`${registries}["two.example:5000"].auth.identity_token`]: odd(secrets.registryToken),
    "cluster.proxy.https": `http://user:%22${secrets.proxyPassword}@127.0.0.1:9`,
  };
}

/** Values that the manifest refuses, each where it is a secret. */
export function mistakes(secrets: Secrets): Record<string, string> {
  const broken = Object.entries(values(secrets)).map(([path, value]) => [path, `two:\n${value}`]);
  return Object.fromEntries(broken);
}

/** Lets a user of the machines in with a key that has a passphrase, and by sudo with a password. */
export async function letIn(lab: Lab, folder: string, { passphrase, sudoPassword }: Secrets): Promise<void> {
  copyFileSync(userKey(lab.name), keyIn(folder));
  await command("ssh-keygen", ["-q", "-p", "-N", odd(passphrase), "-f", keyIn(folder)]);
  const line = Buffer.from(`admin:${odd(sudoPassword)}`).toString("base64");
  for (const { name } of hosts(lab)) await onMachine(lab, name, `echo ${line} | base64 -d | chpasswd`);
}

export function keyIn(folder: string): string {
  return join(folder, "id_ed25519");
}

/** A piece of the private key as its file has it. */
export function privateKey(folder: string): string {
  return pieceOf(readFileSync(keyIn(folder), "utf8"));
}

/** What a cluster makes by itself. */
export async function madeSecrets(lab: Lab): Promise<Record<string, string>> {
  const read = (file: string) => onMachine(lab, "s1", `cat ${file}`);
  const tls = "/var/lib/rancher/k3s/server/tls";
  const { users } = parse(await read("/etc/rancher/k3s/k3s.yaml"));
  return {
    token: await read("/etc/rancher/k3s/token"),
    kubeconfigKey: pieceOf(Buffer.from(users[0].user["client-key-data"], "base64").toString()),
    caKey: pieceOf(await read(`${tls}/server-ca.key`)),
    etcdCaKey: pieceOf(await read(`${tls}/etcd/server-ca.key`)),
    etcdKey: pieceOf(await read(`${tls}/etcd/client.key`)),
    accountKey: pieceOf(await read(`${tls}/service.key`)),
  };
}

/** A piece of what is secret in a key's file, which has the public key, too. */
function pieceOf(pem: string): string {
  const lines = pem.trim().split("\n");
  // Of an elliptic curve it comes first, after what all such files begin with; of other keys it comes last.
  const [piece = "", letters] = / EC /.test(lines[0] ?? "")
    ? [lines[1]?.slice(12, 52), 40]
    : [lines.at(-3), 64];
  if (piece.length < letters) throw new Error("a key whose file is not as others are");
  return piece;
}

/** Describes the cluster in the stack's settings, its secrets encrypted; the canary is a label, which is no secret. */
export async function describeCluster(
  stack: Stack,
  lab: Lab,
  folder: string,
  secrets: Secrets & { canary: string },
): Promise<void> {
  change(stack, () => ({
    ...common(lab, folder),
    name: "secrets",
    labels: { canary: secrets.canary },
    registries: {
      mirrors: { "docker.io": { endpoint: ["http://one.example:5000"] } },
      configs: { "one.example:5000": { auth: { username: "reader" } }, "two.example:5000": {} },
    },
    proxy: { noProxy: ["172.16.0.0/12", "10.0.0.0/8"] },
    hooks: { before: ["true"] },
    timeouts: { ready: "10 minutes", connect: "30 seconds" },
  }));
  await encrypt(stack, values(secrets));
}

/** Describes a server whose database is not there. */
export async function describeLost(stack: Stack, lab: Lab, folder: string, secrets: Secrets): Promise<void> {
  change(stack, () => ({
    ...common(lab, folder),
    name: "lost",
    servers: [{ name: "x1", host: machine(lab, "x1").address }],
    agents: [],
    datastore: { kind: "external" },
    timeouts: { ready: "30 seconds" },
  }));
  const endpoint = `postgres://user:${secrets.datastorePassword}@127.0.0.1:9/database`;
  await encrypt(stack, { ...login(secrets), "cluster.datastore.endpoint": endpoint });
}

function common(lab: Lab, folder: string): Written {
  const manifest = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  return { ...manifest, ssh: { ...manifest.ssh, user: "admin", identityFile: keyIn(folder) } };
}

export async function encrypt(stack: Stack, all: Record<string, string>): Promise<void> {
  for (const [path, input] of Object.entries(all))
    await stack.pulumi(["config", "set", "--secret", "--path", path], { input });
}

// biome-ignore lint/suspicious/noExplicitAny: a manifest as it is written
type Written = any;

/** Changes the description; gives what takes the change back. */
export function change(stack: Stack, edit: (cluster: Written) => Written): () => void {
  const file = join(stack.folder, "Pulumi.t.yaml");
  const before = readFileSync(file, "utf8");
  const settings = parse(before);
  const cluster = edit(settings.config["k3s-cluster:cluster"]);
  writeFileSync(file, stringify({ ...settings, config: { "k3s-cluster:cluster": cluster } }));
  return () => writeFileSync(file, before);
}
