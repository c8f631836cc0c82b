import { below, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a pool without a role",
    below("pools: [{ name: web, machines: [] }]"),
    "4:9 pools[0].role: missing: a role: allowed are server, agent",
  ],
  [
    "a role that there is not",
    below("pools: [{ name: web, role: worker, machines: [] }]"),
    '4:28 pools[0].role: "worker" is not a role: allowed are server, agent',
  ],
  [
    "a pool without machines",
    below("pools: [{ name: web, role: agent }]"),
    "4:9 pools[0].machines: missing: expected a list",
  ],
  [
    "two pools of one name",
    below(
      "pools:\n  - { name: web, role: agent, machines: [] }\n  - { name: web, role: agent, machines: [] }",
    ),
    '6:13 pools[1].name: "web" is also pools[0].name: pools have names of their own',
  ],
  [
    "a pool's name with a space",
    below('pools: [{ name: "my web", role: agent, machines: [] }]'),
    '4:17 pools[0].name: "my web" is not a pool name: lower-case letters, digits and "-", at most 40, such as web',
  ],
  [
    "a node of a pool that has a server's name",
    below("pools: [{ name: web, role: agent, machines: [{ name: s1, host: h }] }]"),
    '4:54 pools[0].machines[0].name: "s1" is also servers[0].name: names must differ in more than case',
  ],
  [
    "a host in two pools",
    below(
      "pools:\n  - { name: a, role: agent, machines: [{ name: a1, host: h }] }\n  - { name: b, role: agent, machines: [{ name: b1, host: h }] }",
    ),
    '6:58 pools[1].machines[0].host: "h" is also pools[0].machines[0].host: every one needs a machine of its own',
  ],
  [
    "a host in a pool behind the pool's port",
    below(
      "pools: [{ name: a, role: agent, ssh: { port: 2222 }, machines: [{ name: a1, host: h }, { name: a2, host: h }] }]",
    ),
    '4:106 pools[0].machines[1].host: "h port 2222" is also pools[0].machines[0].host: every one needs a machine of its own',
  ],
  [
    "a misspelt key of a pool's machine",
    below("pools: [{ name: a, role: agent, machines: [{ name: a1, host: h, lables: {} }] }]"),
    "4:65 pools[0].machines[0].lables: unknown key: did you mean labels?",
  ],
  [
    "a host key for a pool",
    below("pools: [{ name: a, role: agent, ssh: { hostKey: x }, machines: [] }]"),
    "4:40 pools[0].ssh.hostKey: unknown key here: it belongs in ssh of a machine, since every machine has its own",
  ],
  [
    "one address for a pool",
    below("pools: [{ name: a, role: agent, config: { node-ip: 10.0.0.5 }, machines: [] }]"),
    "4:43 pools[0].config.node-ip: every node needs an address of its own: use nodeIp, on the machine",
  ],
  [
    "no servers, in pools either",
    "name: dev\nversion: v1.33.3+k3s1\npools: [{ name: a, role: server, machines: [] }]\n",
    "1:1 servers: 0 servers: a cluster needs at least one; with 1 nothing may fail, with 3 one server may, with 5 two; use 1, 3 or 5; pulumi destroy removes a cluster",
  ],
  [
    "pools of agents only",
    "name: dev\nversion: v1.33.3+k3s1\nservers: []\npools: [{ name: a, role: agent, machines: [{ name: a1, host: h }] }]\n",
    "3:10 servers: 0 servers: a cluster needs at least one; with 1 nothing may fail, with 3 one server may, with 5 two; use 1, 3 or 5; pulumi destroy removes a cluster",
  ],
  [
    "servers without a value",
    "name: dev\nversion: v1.33.3+k3s1\nservers:\n",
    "3:1 servers: empty: expected a list",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
