import { checkManifest, parseManifest } from "../../../manifest/parse";
import { warnings } from "../../../manifest/warnings";
import { below, errorOf, mistakesOf } from "../texts";

const hash = "c".repeat(64);
const full = (user: string, ca = hash) => `K10${ca}::${user}:hidden`;
const at = "https://10.0.0.1:6443";

/** Agents alone; what is under test follows from line 4 on. */
function agents(join: string, more = ""): string {
  return `name: dev\nversion: v1.33.3+k3s1\nagents: [{ name: a1, host: 10.0.0.21 }]\njoin: ${join}\n${more}\n`;
}

const given = (fields: string) => `{ server: ${at}, ${fields} }`;
const allowedAddress = "https://, a host and a port, such as https://10.0.0.1:6443";
const noCa =
  "it names no CA, so that nodes would trust whoever answers: give it in full, K10…, or caHash beside it";
const otherCa = "it names another CA than join.token or caHash: they are of one cluster";
const front =
  "it is for what stands before servers of this manifest, and there are none: agents join at join.server";
const servers = "it is for servers, and there are none here: set it where they are made";
const tokens =
  "the servers elsewhere would keep the old tokens: those of a cluster that is joined are rotated there";
const again =
  "etcd would begin again without the servers elsewhere, which would go on with the old one: do it by hand, on all of them (docs/restore.md)";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "no address",
    agents(`{ token: "${full("node")}" }`),
    `4:7 join.server: missing: the address of a cluster: ${allowedAddress}`,
  ],
  [
    "an address without a port, which would be 443",
    agents(`{ server: "https://10.0.0.1/" }`),
    '4:17 join.server: "https://10.0.0.1/" is not the address of a cluster: its port is missing; write https://10.0.0.1:6443',
  ],
  [
    "an address that anybody may answer at",
    agents(`{ server: "http://10.0.0.1:6443" }`),
    `4:17 join.server: "http://10.0.0.1:6443" is not the address of a cluster: ${allowedAddress}`,
  ],
  ["a token that names no CA", agents(given("token: hidden")), `4:47 join.token: ${noCa}`],
  [
    "a bootstrap token",
    agents(given("token: hidden.hidden7890123456")),
    "4:47 join.token: the value is not a token of that cluster: it has the form of a bootstrap token, which only admits agents and expires; use another form",
  ],
  [
    "a hash that is none",
    agents(given(`token: "${full("node")}", caHash: C0FFEE`)),
    expect.stringContaining('join.caHash: "C0FFEE" is not the hash of a CA: 64 hexadecimal digits'),
  ],
  [
    "tokens and a hash of several clusters",
    agents(
      `{ server: "${at}", token: "${full("server")}", agentToken: "${full("node", "d".repeat(64))}", caHash: ${"e".repeat(64)} }`,
    ),
    expect.stringContaining(`join.agentToken: ${otherCa}`),
    expect.stringContaining(`join.caHash: ${otherCa}`),
  ],
  [
    "an agent token for servers, and tokens for a cluster that is not begun",
    below(
      `join: ${given(`token: "${full("node")}"`)}\ntoken: a-token-of-our-own\nagentToken: another-of-our-own`,
    ),
    "4:47 join.token: it is an agent token, and there are servers here: give the server token",
    "5:1 token: the cluster that is joined has its own: use join.token",
    "6:1 agentToken: the cluster that is joined has its own: use join.agentToken",
  ],
  [
    "a server that would join itself",
    below(`join: { server: "https://10.0.0.11:6443" }`),
    '4:17 join.server: "10.0.0.11" is servers[0], which is to join: give a server that is not of this manifest',
  ],
  [
    "nobody who joins",
    `name: dev\nversion: v1.33.3+k3s1\njoin: ${given(`token: "${full("node")}"`)}\n`,
    "3:1 join: 0 servers and 0 agents: give those that are to join",
  ],
  [
    "what servers alone have, without any",
    agents(
      given(`token: "${full("node")}"`),
      "disable: [traefik]\ntlsSans: [k3s.example.com]\napiserver: { args: [v=2] }\nconfig: { debug: true }\n" +
        "datastore: { kind: sqlite }\nendpoint: { address: lb.example.com }\nhaproxy: {}\n" +
        "balancers: [{ name: lb1, host: 10.0.0.31 }]",
    ),
    `5:1 disable: ${servers}`,
    `6:1 tlsSans: ${servers}`,
    `7:1 apiserver: ${servers}`,
    `8:1 config: ${servers}`,
    '9:20 datastore.kind: "sqlite" is the cluster\'s own to choose, and who joins by an address joins its etcd: leave it out',
    `10:1 endpoint: ${front}`,
    `11:1 haproxy: ${front}`,
    `12:1 balancers: ${front}`,
  ],
  ...["{}", "{ retention: 3 }", "false"].map((snapshots): [string, string, string] => [
    `snapshots: ${snapshots} without servers`,
    agents(given(`caHash: ${hash}`), `snapshots: ${snapshots}`),
    `5:1 snapshots: ${servers}`,
  ]),
  [
    "taking over what is to join",
    below(`join: ${given(`caHash: ${hash}`)}\nadopt: true`),
    "5:1 adopt: only a cluster whose servers are here is taken over: what is to join it has no k3s yet; leave it out",
  ],
  [
    "other tokens, which servers elsewhere would not have",
    below(`join: ${given(`caHash: ${hash}`)}\ntokens: { rotate: "2026-11" }`),
    `5:11 tokens.rotate: ${tokens}`,
  ],
  ...["recover: { from: s1,", "restore: { snapshot: a,"].map((what): [string, string, string] => [
    `${what.split(":")[0]}, which servers elsewhere would not know of`,
    below(`join: ${given(`caHash: ${hash}`)}\n${what} confirm: 1f6c6a3e-3a4f-4a37-9f5e-6a2a3c1c9b1e }`),
    `5:1 ${what.split(":")[0]}: ${again}`,
  ]),
  [
    "a database of the user's for servers that join",
    below(
      `join: ${given(`token: "${full("server")}"`)}\ndatastore: { kind: external, endpoint: "postgres://db/k3s" }`,
    ),
    '5:20 datastore.kind: "external" is the cluster\'s own to choose, and who joins by an address joins its etcd: leave it out',
  ],
])("refused: %s", (_, text, ...mistakes) => {
  const found = mistakesOf(text);
  expect(found).toEqual(mistakes);
  expect(found.join()).not.toContain("hidden");
});

test.each([
  ["the server token in full", `token: "${full("server")}"`],
  ["the agent token in full", `token: "${full("node")}"`],
  ["a password with the hash beside it", `token: not-hidden, caHash: ${hash}`],
  ["the same hash twice", `token: "${full("node")}", caHash: ${hash}`],
  ["no token, which the stack's settings may have", `caHash: ${hash}`],
])("agents alone may join by %s, and what was checked once is right again", (_, fields) => {
  const manifest = parseManifest(agents(given(fields)), "cluster.yaml");
  expect(manifest.servers).toEqual([]);
  expect(checkManifest(manifest, "again")).toEqual(manifest);
});

test("servers that join may take snapshots, and renew their certificates", () => {
  const join = given(`token: "${full("server")}"`);
  const text = below(`join: ${join}\nsnapshots: { retention: 3 }\ncertificates: { rotate: "2" }`);
  expect(parseManifest(text, "cluster.yaml")).toMatchObject({ certificates: { rotate: "2" } });
});

test("servers join by the server token, and how many there are elsewhere is nobody's guess", () => {
  const more = "pools: [{ name: more, role: server, machines: [{ name: s2, host: h }] }]";
  const join = given(`token: "${full("server")}", agentToken: hidden-from-others`);
  const manifest = parseManifest(below(`${more}\njoin: ${join}`), "cluster.yaml");
  expect(manifest.join).toMatchObject({ server: at, agentToken: "hidden-from-others" });
  expect(warnings(manifest)).toEqual([]);
});

test("without join a cluster needs servers, as before", () => {
  const text = "name: dev\nversion: v1.33.3+k3s1\nagents: [{ name: a1, host: h }]\n";
  expect(errorOf(() => parseManifest(text, "c")).message).toContain(
    "0 servers: a cluster needs at least one",
  );
});
