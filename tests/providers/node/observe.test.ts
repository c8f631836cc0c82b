import type { NodeConfig } from "../../../k3s/config";
import { lost, type NodeObject, observe, seenConfig, untouched } from "../../../providers/node/observe";
import type { Machine } from "../../../remote/machine";

const config: NodeConfig = { role: "agent", name: "a1" };

/** A machine on which read-node.sh tells these lines. */
function telling(...lines: string[]): Machine {
  const told = ["owner=prod/a1", "unit=active enabled", ...lines].map((line) => `${line}\n`);
  return { run: async () => told.join("") } as Partial<Machine> as Machine;
}

const object = (spec: NodeObject["spec"] = {}, labels?: Record<string, string>): NodeObject => ({
  metadata: { labels },
  spec,
});
const line = (spec: NodeObject["spec"]) => `node=${JSON.stringify(object(spec))}`;

/** The end of what k3s made for a node, without the key. */
const certificate = [
  "MIIBQjCB9aADAgECAhRQpP5015sWj8WKpH/zdI1z2Xb5DDAFBgMrZXAwFzEVMBMGA1UEAwwMc3lzdGVtOmFkbWluMB4XDTI2",
  "MTEyMjA3MjIwNloXDTI3MTEyMjA3MjIwNlowFzEVMBMGA1UEAwwMc3lzdGVtOmFkbWluMCowBQYDK2VwAyEAS2/2mf8iE0hs",
  "ddjBBwJVPBvrmWkJg7sgSGYylPvRpIOjUzBRMB0GA1UdDgQWBBQ1Qaz+4BYT6z2Y9x/VC5+uo0ILlzAfBgNVHSMEGDAWgBQ1",
  "Qaz+4BYT6z2Y9x/VC5+uo0ILlzAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBAGKPyNzqwdFfs1eUkdr9i+VeR8P0ubK2WVhL",
  "s34YEEWNTohfEkLBjtCDCv0R+3h08uaqmMYpX6eZw8BEyhhh2w8=",
].join("");

test("until when a node's certificates are valid is told, where it has them", async () => {
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
  const told = `certificate=${Buffer.from(pem).toString("base64")}`;
  expect((await observe(telling(told), config)).validTo).toEqual(new Date("2027-11-22T07:22:06.000Z"));
  expect(await observe(telling("certificate="), config)).not.toHaveProperty("validTo");
});

test("a node that nobody has touched is told in the words of one", async () => {
  expect(await observe(telling(line({})), config)).toEqual({
    owner: "prod/a1",
    live: untouched,
    object: object(),
  });
});

test.each<[string, string[], object]>([
  ["cordoned", [line({ unschedulable: true })], { ...untouched, node: "registered, cordoned" }],
  ["not registered", ["node=missing"], { ...untouched, node: "missing" }],
  [
    "one whose files were touched",
    ["file=/a missing", "file=/b changed", "file=/b 644:root:root", line({})],
    { ...untouched, files: "/a missing; /b changed; /b has mode and owner 644:root:root" },
  ],
  ["one of which the API does not say", [], { unit: untouched.unit, files: untouched.files }],
  [
    "one of which the API says what is no object",
    ["node=Not Found"],
    { unit: untouched.unit, files: untouched.files },
  ],
])("a node that is %s is told so, and no more than is known", async (_case, lines, live) => {
  expect((await observe(telling(...lines), config)).live).toEqual(live);
});

test.each([
  ["unit=inactive disabled", "inactive, disabled"],
  ["unit=active masked", "active, masked"],
  ["unit=inactive ", "inactive"],
  ["unit= ", ""],
])("%s reads %j", async (told, unit) => {
  const machine = { run: async () => `${told}\n` } as Partial<Machine> as Machine;
  expect((await observe(machine, config)).live.unit).toBe(unit);
});

test("a machine that nobody owns has no owner", async () => {
  const machine = { run: async () => "owner=\nunit=inactive \n" } as Partial<Machine> as Machine;
  expect((await observe(machine, config)).owner).toBe("");
});

test.each<[object, boolean]>([
  [untouched, false],
  [{}, false],
  [{ node: "registered, cordoned" }, false],
  [{ files: "/etc/rancher/k3s/token missing" }, false],
  [{ node: "missing" }, true],
  [{ files: "/etc/rancher/k3s/token missing; /var/lib/rancher/k3s missing" }, true],
])("%j has k3s start again to be what it was: %s", (live, expected) => {
  expect(lost(live)).toBe(expected);
});

const taint = (key: string, effect = "NoSchedule", value?: string) => ({ key, value, effect });
const dedicated = "dedicated=web:NoSchedule";
const itsDedicated = taint("dedicated", "NoSchedule", "web");

describe("what is declared of a node is seen as its object has it:", () => {
  /** What is declared, what its object has, and what of the declaration is seen in its place. */
  const seen: [string, Partial<NodeConfig>, NodeObject, Partial<NodeConfig>][] = [
    ["nothing, of which nothing is seen", {}, object({}, { foreign: "1" }), {}],
    [
      "a label",
      { labels: { tier: "web" } },
      object({}, { tier: "web", foreign: "1" }),
      { labels: { tier: "web" } },
    ],
    [
      "a label of another value",
      { labels: { tier: "web" } },
      object({}, { tier: "db" }),
      { labels: { tier: "db" } },
    ],
    [
      "a label that is gone",
      { labels: { tier: "web", a: "1" } },
      object({}, { a: "1" }),
      { labels: { a: "1" } },
    ],
    ["the last label", { labels: { tier: "web" } }, object(), { labels: {} }],
    [
      "a label that every object has by birth",
      { labels: { constructor: "x" } },
      object({}, {}),
      { labels: {} },
    ],
    ["no label, of many", { labels: {} }, object({}, { constructor: "x" }), { labels: {} }],
    [
      "a taint",
      { extra: { "node-taint": [dedicated] } },
      object({ taints: [itsDedicated] }),
      { extra: { "node-taint": [dedicated] } },
    ],
    [
      "taints in another order",
      { extra: { "node-taint": [dedicated, "a:NoExecute"] } },
      object({ taints: [taint("a", "NoExecute"), itsDedicated] }),
      { extra: { "node-taint": [dedicated, "a:NoExecute"] } },
    ],
    [
      "a taint in another way of writing it",
      { extra: { "node-taint": "a=:NoSchedule" } },
      object({ taints: [taint("a")] }),
      { extra: { "node-taint": "a=:NoSchedule" } },
    ],
    [
      "a taint that is gone, beside other settings",
      { extra: { "node-taint": [dedicated], debug: true } },
      object(),
      { extra: { debug: true } },
    ],
    [
      "a taint of another value",
      { extra: { "node-taint": [dedicated] } },
      object({ taints: [taint("dedicated", "NoSchedule", "db")] }),
      { extra: { "node-taint": ["dedicated=db:NoSchedule"] } },
    ],
    [
      "a foreign taint",
      {},
      object({ taints: [taint("odd")] }),
      { extra: { "node-taint": ["odd:NoSchedule"] } },
    ],
    [
      "a foreign taint after those that are declared",
      { extra: { "node-taint": [dedicated], debug: true } },
      object({ taints: [taint("odd"), itsDedicated] }),
      { extra: { "node-taint": [dedicated, "odd:NoSchedule"], debug: true } },
    ],
    [
      "taints that Kubernetes and cloud controllers set, which are nobody's drift",
      { extra: { debug: true } },
      object({
        taints: [
          taint("node.kubernetes.io/unschedulable"),
          taint("node.kubernetes.io/not-ready", "NoExecute"),
          taint("node.cloudprovider.kubernetes.io/uninitialized", "NoSchedule", "true"),
        ],
      }),
      { extra: { debug: true } },
    ],
    [
      "a taint with a key of Kubernetes that is declared",
      { extra: { "node-taint": ["node.kubernetes.io/out-of-service=x:NoExecute"] } },
      object({ taints: [taint("node.kubernetes.io/out-of-service", "NoExecute", "x")] }),
      { extra: { "node-taint": ["node.kubernetes.io/out-of-service=x:NoExecute"] } },
    ],
    [
      "a taint of a role, which only looks like one of Kubernetes",
      {},
      object({ taints: [taint("node-role.kubernetes.io/control-plane"), taint("xnode.kubernetes.io/a")] }),
      {
        extra: {
          "node-taint": [
            "node-role.kubernetes.io/control-plane:NoSchedule",
            "xnode.kubernetes.io/a:NoSchedule",
          ],
        },
      },
    ],
  ];

  test.each(seen)("%s", (_case, declared, its, expected) => {
    const whole = { ...config, nodeIp: "10.0.0.9", ...declared };
    expect(seenConfig(whole, its)).toEqual({ ...whole, ...expected });
  });
});
