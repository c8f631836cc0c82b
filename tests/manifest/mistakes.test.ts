import { checkManifest, parseManifest } from "../../manifest/parse";
import { below, errorOf, machine, mistakesOf } from "./texts";

const parsed = (text: string) => errorOf(() => parseManifest(text, "cluster.yaml"));
const checked = (value: unknown) => errorOf(() => checkManifest(value, "Pulumi.dev.yaml"));

test("all mistakes are reported at once, in the order of the text", () => {
  const text = "servers:\n  - { name: s1, host: 10.0.0.300 }\nversion: latest\nname: Dev\nagnets: []\n";
  expect(parsed(text).message).toBe(
    [
      "cluster.yaml: 4 mistakes:",
      '  cluster.yaml:2:23 servers[0].host: "10.0.0.300" is not a host: an IPv4 address is four numbers from 0 to 255, such as 10.0.0.11',
      '  cluster.yaml:3:10 version: "latest" is not an exact k3s version: it stands for another version every few weeks; write the exact one, such as v1.33.3+k3s1',
      '  cluster.yaml:4:7 name: "Dev" is not a cluster name: lower-case letters, digits and "-", at most 40, such as dev',
      "  cluster.yaml:5:1 agnets: unknown key: did you mean agents?",
    ].join("\n"),
  );
});

test("one mistake is one, without a path if it is the text as a whole", () => {
  expect(parsed("").message).toBe(
    "cluster.yaml: 1 mistake:\n  cluster.yaml:1:1: empty: expected a map of keys and values",
  );
});

test("an object's mistakes have a path and no line", () => {
  const error = checked({
    name: "dev",
    version: "v1.33.3+k3s1",
    servers: [{ name: "s1", hosst: "10.0.0.11" }],
  });
  expect(error.mistakes).toEqual([
    {
      path: "servers[0].host",
      message: "missing: a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com",
    },
    { path: "servers[0].hosst", message: "unknown key: did you mean host?" },
  ]);
  expect(error.message).toMatch(/^Pulumi\.dev\.yaml: 2 mistakes:\n {2}servers\[0\]\.host: missing/);
});

test.each([[undefined], [null], ["text"], [[]], [5]])("%p instead of an object is one mistake", (value) => {
  expect(checked(value).mistakes).toHaveLength(1);
});

test("a mistake shows no stack", () => {
  expect(parsed("").stack).toBe(`ManifestError: ${parsed("").message}`);
});

test.each([
  below('token: "hidden hidden"'),
  below("token: hidden:hidden"),
  below("token: [hidden]"),
  below("token: { a: hidden }"),
  below("agentToken: K10hidden"),
  below("tokn: hidden"),
  below("config: { token: hidden }"),
  below('config: { etcd-s3-secret-key: "hidden\\0" }'),
  below("hooks: { before: { run: hidden } }"),
  below('hooks: { before: "hidden\\0" }'),
  below("artifacts: { mirror: 'https://me:hidden@mirror.example.com' }"),
  below("ssh: { password: [hidden] }"),
  below('ssh: { passphrase: "hidden\\0" }'),
  below("ssh: { sudoPassword: { a: hidden } }"),
  below('ssh: { bastion: { host: b, password: "hidden\\n" } }'),
  below('ssh: { bastion: [{ host: b, passphrase: "hidden\\n" }] }'),
  below("datastore: { kind: external, endpoint: 'hidden' }"),
  below("datastore: { endpoint: 'mysql://me:hidden@tcp(db)/k3s' }"),
  below("registries: { configs: { r: { auth: { username: me, password: [hidden] } } } }"),
  below("registries: { configs: { r: { auth: { auth: { a: hidden }, identity_token: [hidden] } } } }"),
  below("registries: { mirrors: { r: { endpoint: ['https://me:hidden@r'] } } }"),
  below("proxy: { http: 'http://me:hid\"hidden@p' }"),
  below("kubelet: { args: [--token=hidden] }"),
  below("kubelet: { args: [node-labels=hidden] }"),
  below("kubelet: { args: [a=hidden, a=hidden] }"),
  below("kubelet: { args: [a=hidden] }\nconfig: { kubelet-arg: [a=hidden] }"),
  below("config: { datastore-endpoint: hidden }"),
  below('token: "hidden'),
  below("token: hidden: hidden"),
  below("token: 'x' hidden"),
  below("token: x\n  hidden\nhidden"),
  below("token: *hidden"),
  below("token: [x\nhidden: ["),
  below("- hidden\nhidden: hidden"),
])("a secret is not shown: %j", (text) => {
  expect(parsed(text).message).not.toContain("hidden");
});

test("what a terminal would obey is shown escaped, on one line", () => {
  const { message } = parsed(machine('{ name: "s\\e[2J\\n\\u202e", host: h }'));
  expect(message).toContain('"s\\u001b[2J\\n\\u202e" is not a node name');
  expect(message.split("\n")).toHaveLength(2);
});

test.each([
  ["name", (huge: string) => machine(`{ name: "${huge}", host: h }`)],
  ["host", (huge: string) => machine(`{ name: s2, host: "${huge}" }`)],
  ["label key", (huge: string) => below(`labels: { ? "${huge}" : x }`)],
  ["label value", (huge: string) => below(`labels: { a: "${huge}" }`)],
  ["unknown key", (huge: string) => below(`? "${huge}"\n: x`)],
  ["version", (huge: string) => `name: dev\nversion: "${huge}"\nservers: [{ name: s1, host: h }]`],
  ["component", (huge: string) => below(`disable: ["${huge}"]`)],
  ["mirror", (huge: string) => below(`artifacts: { mirror: "https://${huge} " }`)],
  ["taint", (huge: string) => machine(`{ name: s2, host: h, taints: ["${huge}:NoExecute"] }`)],
  [
    "taint key",
    (huge: string) => machine(`{ name: s2, host: h, taints: [{ key: "${huge}", effect: NoExecute }] }`),
  ],
  ["password", (huge: string) => below(`ssh: { password: "${huge}" }`)],
  ["path", (huge: string) => below(`ssh: { identityFile: "${huge}" }`)],
  ["block of addresses", (huge: string) => below(`network: { clusterCidr: "${huge}" }`)],
  ["registry", (huge: string) => below(`registries: { mirrors: { ? "${huge}" : {} } }`)],
  [
    "registry's address",
    (huge: string) => below(`registries: { mirrors: { r: { endpoint: ["https://${huge} "] } } }`),
  ],
  ["datastore", (huge: string) => below(`datastore: { kind: external, endpoint: "mysql://${huge}" }`)],
  ["proxy", (huge: string) => below(`proxy: { http: "http://${huge}@p" }`)],
  ["host without a proxy", (huge: string) => below(`proxy: { noProxy: ["${huge}"] }`)],
  ["argument", (huge: string) => below(`kubelet: { args: ["${huge}=1"] }`)],
  ["argument's value", (huge: string) => below(`kubelet: { args: ["v=${huge}xx\\0"] }`)],
  ["duration", (huge: string) => below(`timeouts: { ready: "${huge}" }`)],
  ["size", (huge: string) => below(`minima: { agent: { memory: "${huge}" } }`)],
  ["finding", (huge: string) => below(`preflight: { ? "${huge}" : error }`)],
  ["pool name", (huge: string) => below(`pools: [{ name: "${huge}", role: agent, machines: [] }]`)],
  ["token", (huge: string) => below(`token: "${huge}"`)],
])("64 KB in a %s are refused at once, in a short message", (_, text) => {
  for (const letter of ["a", "1.", "-", "a-", "/"]) {
    const start = Date.now();
    const { message } = parsed(text(letter.repeat(65_536 / letter.length)));
    expect(message.length).toBeLessThan(600);
    expect(Date.now() - start).toBeLessThan(1000);
  }
});

test("a name that every object has is an unknown key like any other", () => {
  expect(mistakesOf(below("constructor: x\nconfig: { toString: x }"))).toEqual([
    expect.stringMatching(/^4:1 constructor: unknown key: allowed here are name, /),
    expect.stringMatching(/^5:11 config\.toString: "toString" is not a key of k3s/),
  ]);
  expect(mistakesOf(below("__proto__: { token: x }"))).toEqual([
    expect.stringMatching(/^4:1 __proto__: unknown key: /),
  ]);
});
