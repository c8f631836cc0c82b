import { parse, stringify } from "yaml";
import { configFile, registrationFile } from "../../k3s/config";
import { ManifestError } from "../../manifest/mistakes";
import { checkManifest, parseManifest } from "../../manifest/parse";
import type { Manifest } from "../../manifest/schema";

/** What shells, YAML and terminals take for more than text, and what only looks like text. */
const fragments = [
  '"',
  "'",
  "`id`",
  "$(id)",
  "$HOME",
  ";",
  "&",
  "|",
  ">",
  "\\",
  "\n",
  "\r\n",
  "\t",
  "\0",
  "\u0007",
  "\u001b[2J",
  ": ",
  " #",
  "- ",
  "? ",
  "{",
  "}",
  "[",
  "]",
  ",",
  "&a ",
  "*a",
  "!tag ",
  "%",
  "@",
  "---",
  "...",
  "<<",
  "~",
  "null",
  "true",
  "no",
  "0x1f",
  "1e3",
  "0777",
  "=",
  ":NoSchedule",
  "/",
  "../",
  "-",
  "--flag",
  " ",
  "\u00a0",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u200b",
  "\u202e",
  "\ufeff",
  "\ufffe",
  "é",
  "字",
  "😀",
  "\ud800",
  "a",
  "Z",
  "9",
  "example.com",
];

/** The same numbers on every run, from 0 up to 1. */
function numbers(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function* texts(seed: number) {
  const next = numbers(seed);
  const pick = () => fragments[Math.floor(next() * fragments.length)] ?? "";
  yield* fragments;
  for (const fragment of fragments) yield `a${fragment}b`;
  for (const unit of ["a", '"', "$(id)", "\n", "\0", "é"]) yield unit.repeat(65_536 / unit.length);
  for (let count = 0; count < 40; count++)
    yield Array.from({ length: 1 + Math.floor(next() * 5) }, pick).join("");
}

type Fields = Record<string, unknown>;

const cluster = (more: Fields = {}, machine: Fields = {}) => ({
  name: "dev",
  version: "v1.33.3+k3s1",
  servers: [{ name: "s1", host: "10.0.0.11", ...machine }],
  ...more,
});

const first = ({ servers: [server] }: Manifest) => server as NonNullable<typeof server>;

/** Where the text is put, and where it is to be found again. */
const places: [string, (text: string) => Fields, (manifest: Manifest) => unknown][] = [
  ["a node's name", (text) => cluster({}, { name: text }), (manifest) => first(manifest).name],
  [
    "a label's key",
    (text) => cluster({}, { labels: { [text]: "x" } }),
    (manifest) => Object.keys(first(manifest).labels)[0],
  ],
  ["a label's value", (text) => cluster({ labels: { a: text } }), (manifest) => first(manifest).labels.a],
  [
    "a taint's key",
    (text) => cluster({}, { taints: [{ key: text, effect: "NoExecute" }] }),
    (manifest) => first(manifest).taints[0]?.key,
  ],
  [
    "a taint's value",
    (text) => cluster({}, { taints: [{ key: "a", value: text, effect: "NoExecute" }] }),
    (manifest) => first(manifest).taints[0]?.value,
  ],
  [
    "a taint",
    (text) => cluster({}, { taints: [`a=${text}:NoExecute`] }),
    (manifest) => first(manifest).taints[0]?.value,
  ],
  ["a token", (text) => cluster({ token: text }), ({ token }) => token],
  ["a password", (text) => cluster({ ssh: { password: text } }), (manifest) => first(manifest).ssh.password],
  [
    "a path",
    (text) => cluster({ ssh: { identityFile: text } }),
    (manifest) => first(manifest).ssh.identityFile,
  ],
  [
    "an argument",
    (text) => cluster({ kubelet: { args: [`a=${text}`] } }),
    ({ kubelet }) => kubelet.args[0]?.slice(2),
  ],
  ["a value of config", (text) => cluster({ config: { a: text } }), (manifest) => first(manifest).config.a],
  [
    "a list of config",
    (text) => cluster({}, { config: { "a+": [text] } }),
    (manifest) => [first(manifest).config["a+"]].flat()[0],
  ],
  [
    "a registry's password",
    (text) => cluster({ registries: { configs: { r: { auth: { username: "u", password: text } } } } }),
    ({ registries }) => registries?.configs?.r?.auth?.password,
  ],
  [
    "a path on the machine",
    (text) => cluster({ registries: { configs: { r: { tls: { ca_file: `/${text}` } } } } }),
    ({ registries }) => registries?.configs?.r?.tls?.ca_file?.slice(1),
  ],
  [
    "a proxy",
    (text) => cluster({ proxy: { http: `http://${text}@proxy` } }),
    ({ proxy }) => proxy?.http?.slice(7, -6),
  ],
  [
    "a datastore",
    (text) => cluster({ datastore: { kind: "external", endpoint: `mysql://${text}` } }),
    ({ datastore }) => ("endpoint" in datastore ? datastore.endpoint.slice(8) : ""),
  ],
];

test.each(places)("hostile text in %s is refused or kept as it is, in every file", (_, write, read) => {
  let [kept, refused] = [0, 0];
  for (const text of texts(1)) {
    const manifest = accepted(write(text));
    if (!manifest) {
      refused++;
      continue;
    }
    kept++;
    expect(read(manifest)).toBe(text);
    expect(parseManifest(stringify(write(text)), "cluster.yaml")).toEqual(manifest);
    expectSameInFiles(manifest);
  }
  expect(kept).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});

function accepted(written: Fields): Manifest | undefined {
  try {
    return checkManifest(written, "cluster");
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestError);
    expect((error as Error).message.length).toBeLessThan(1500);
    return undefined;
  }
}

/** What a machine reads is UTF-8, and YAML. */
function expectSameInFiles(manifest: Manifest) {
  const { name, labels, taints, config } = first(manifest);
  const extra = {
    ...config,
    "node-taint": taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
    "kubelet-arg": manifest.kubelet.args,
  };
  const node = { role: "server" as const, name, labels, extra };
  const [file, registered] = [configFile(node), registrationFile(node)].map((text) => parse(onMachine(text)));
  expect({ ...file, ...registered }).toMatchObject({ ...extra, "node-name": name });
  expect(registered["node-label"] ?? []).toEqual(
    Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  );
  const { registries } = manifest;
  if (registries) expect(parse(onMachine(stringify(registries)))).toEqual(registries);
  expect(onMachine(manifest.token ?? "")).toBe(manifest.token ?? "");
}

function onMachine(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
