import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprint, knownKeys, parseHostKey } from "../../remote/known-hosts";

const one = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPxaZrDJ7vT7mjo7V5IqWFGQJkQDV5dGHAnHHO9nMGbS";
const two = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const three = `ssh-rsa ${rsa()}`;

const table: [string, string, string, number, string[]][] = [
  ["a plain name", `m1 ${one}`, "m1", 22, [one]],
  ["another name", `m1 ${one}`, "m2", 22, []],
  ["a name in other letters", `M1 ${one}`, "m1", 22, [one]],
  ["one of several names", `m0,m1,10.0.0.1 ${one}`, "10.0.0.1", 22, [one]],
  ["a comment after the key", `m1 ${one} root@m1`, "m1", 22, [one]],
  ["several keys of a host", `m1 ${one}\nm1 ${three}\nm2 ${two}`, "m1", 22, [one, three]],
  ["Windows line ends", `m1 ${one}\r\nm1 ${two}\r\n`, "m1", 22, [one, two]],
  ["a port", `[m1]:2222 ${one}`, "m1", 2222, [one]],
  ["a port that is another one", `[m1]:2222 ${one}`, "m1", 22, []],
  ["a port, of a host that is known at its usual one", `m1 ${one}`, "m1", 2222, [one]],
  ["a port that has its own key", `m1 ${one}\n[m1]:2222 ${two}`, "m1", 2222, [two]],
  ["an address of version 6", `fe80::1 ${one}`, "fe80::1", 22, [one]],
  ["a wildcard", `*.example.org ${one}`, "m1.example.org", 22, [one]],
  ["a wildcard for one character", `m? ${one}`, "m12", 22, []],
  ["dots that are no wildcards", `a.b ${one}`, "axb", 22, []],
  ["a name that is taken out", `*.example.org,!m1.example.org ${one}`, "m1.example.org", 22, []],
  ["comments and empty lines", `# m1 ${one}\n\n   \nm1 ${two}`, "m1", 22, [two]],
  ["lines that are none", `m1\nm1 ssh-ed25519\nm1 ssh-rsa AAAA\nm1 ${one}`, "m1", 22, [one]],
  ["a type that is not the key's", `m1 ${one.replace("ed25519", "rsa")}`, "m1", 22, []],
  ["a certificate authority", `@cert-authority * ${one}`, "m1", 22, []],
];

test.each(table)("known hosts understand %s", (_, text, host, port, expected) => {
  const { accepted, revoked } = knownKeys(text, host, port);
  expect(accepted).toEqual(expected.map(parseHostKey));
  expect(revoked).toEqual([]);
});

test("a revoked key is told apart from an accepted one", () => {
  const { accepted, revoked } = knownKeys(`@revoked * ${one}\nm1 ${two}`, "m1", 22);
  expect(accepted).toEqual([parseHostKey(two)]);
  expect(revoked).toContainEqual(parseHostKey(one));
});

test("a key that is revoked everywhere is revoked at a port, too", () => {
  const { accepted, revoked } = knownKeys(`@revoked * ${one}\nm1 ${one}`, "m1", 2222);
  expect(revoked).toContainEqual(parseHostKey(one));
  expect(accepted).toEqual([parseHostKey(one)]);
});

describe("with ssh-keygen", () => {
  const folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("hashed names are understood as it writes them", () => {
    const file = join(folder, "known_hosts");
    writeFileSync(file, `m1 ${one}\n[m2]:2222 ${two}\n`);
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("m1");
    expect(knownKeys(text, "m1", 22).accepted).toEqual([parseHostKey(one)]);
    expect(knownKeys(text, "m2", 2222).accepted).toEqual([parseHostKey(two)]);
    expect(knownKeys(text, "m3", 22).accepted).toEqual([]);
  });

  test("fingerprints are as it shows them", () => {
    const file = join(folder, "key.pub");
    writeFileSync(file, `${one}\n`);
    const shown = execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" });
    expect(shown).toContain(` ${fingerprint(parseHostKey(one)?.blob ?? Buffer.alloc(0))} `);
  });
});

function rsa(): string {
  const field = (bytes: Buffer | string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, Buffer.from(bytes)]);
  };
  const numbers = [Buffer.from([1, 0, 1]), Buffer.alloc(256, 7)];
  return Buffer.concat([field("ssh-rsa"), ...numbers.map(field)]).toString("base64");
}
