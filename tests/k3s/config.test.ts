import { configFile, type NodeConfig } from "../../k3s/config";

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

test("an agent gets its labels in a stable order, its address and the user's own keys", () => {
  const config = {
    ...agent,
    labels: { b: "2", a: "1" },
    nodeIp: "10.0.0.9",
    extra: { "kubelet-arg": ["max-pods=50"] },
  };
  expect(configFile(config)).toBe(`kubelet-arg:
  - max-pods=50
node-name: a1
node-ip: 10.0.0.9
node-label:
  - a=1
  - b=2
server: https://s:6443
token-file: /etc/rancher/k3s/token
`);
});

test("a user's key never takes the place of what the cluster needs", () => {
  expect(
    configFile({ ...agent, extra: { "token-file": "/tmp/x", server: "https://elsewhere" } }),
  ).not.toMatch(/tmp|elsewhere/);
});
