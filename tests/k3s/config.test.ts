import { parse } from "yaml";
import { configFile, type NodeConfig, registrationFile, taintsOf } from "../../k3s/config";

const agent: NodeConfig = {
  role: "agent",
  name: "a1",
  labels: {},
  tlsSans: [],
  disable: [],
  extra: {},
  join: "https://s:6443",
};

test("the first server begins a cluster", () => {
  const config = {
    ...agent,
    role: "server" as const,
    name: "s1",
    join: undefined,
    tlsSans: ["lb"],
    disable: ["traefik"],
  };
  expect(configFile(config)).toBe(`node-name: s1
token-file: /etc/rancher/k3s/token
cluster-init: true
agent-token-file: /etc/rancher/k3s/agent-token
tls-san:
  - lb
disable:
  - traefik
`);
});

test("another server joins and begins nothing", () => {
  expect(configFile({ ...agent, role: "server" })).toBe(`node-name: a1
server: https://s:6443
token-file: /etc/rancher/k3s/token
agent-token-file: /etc/rancher/k3s/agent-token
`);
});

test("an agent gets its address and the user's own keys, and nothing that only counts when it registers", () => {
  const config = {
    ...agent,
    labels: { b: "2", a: "1" },
    nodeIp: "10.0.0.9",
    extra: { "kubelet-arg": ["max-pods=50"], "node-taint": ["a:NoSchedule"] },
  };
  expect(configFile(config)).toBe(`kubelet-arg:
  - max-pods=50
node-name: a1
node-ip: 10.0.0.9
server: https://s:6443
token-file: /etc/rancher/k3s/token
`);
});

test("a user's key never takes the place of what the cluster needs", () => {
  expect(
    configFile({ ...agent, extra: { "token-file": "/tmp/x", server: "https://elsewhere" } }),
  ).not.toMatch(/tmp|elsewhere/);
});

describe("what a node registers with", () => {
  test("is its labels in a stable order and its taints, and nothing else", () => {
    const extra = { "node-taint": ["b=2:NoSchedule", "a:NoExecute"], "kubelet-arg": ["max-pods=50"] };
    expect(registrationFile({ ...agent, labels: { b: "2", a: "no" }, extra })).toBe(`node-label:
  - a=no
  - b=2
node-taint:
  - b=2:NoSchedule
  - a:NoExecute
`);
  });

  test.each<[string, Partial<NodeConfig>]>([
    ["empty", {}],
    ["absent", { labels: undefined, extra: undefined }],
    ["other keys", { extra: { debug: true } }],
  ])("is a map of nothing where what is declared is %s", (_case, more) => {
    const text = registrationFile({ ...agent, ...more });
    expect([text, parse(text)]).toEqual(["{}\n", {}]);
  });
});

test.each<[unknown, string[]]>([
  [undefined, []],
  [[], []],
  [
    ["a=1:NoSchedule", "b:NoExecute"],
    ["a=1:NoSchedule", "b:NoExecute"],
  ],
  ["a=1:NoSchedule", ["a=1:NoSchedule"]],
  [["a=:NoSchedule"], ["a:NoSchedule"]],
])("taints that are written as %j are %j to the API", (written, taints) => {
  expect(taintsOf({ ...agent, extra: written === undefined ? {} : { "node-taint": written } })).toEqual(
    taints,
  );
});
