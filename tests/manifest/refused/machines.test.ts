import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "no servers",
    "name: dev\nversion: v1.33.3+k3s1\nservers: []\n",
    "3:10 servers: 0 servers: a cluster needs at least one; with 1 nothing may fail, with 3 one server may, with 5 two; use 1, 3 or 5; pulumi destroy removes a cluster",
  ],
  [
    "servers missing",
    "name: dev\nversion: v1.33.3+k3s1\n",
    "1:1 servers: 0 servers: a cluster needs at least one; with 1 nothing may fail, with 3 one server may, with 5 two; use 1, 3 or 5; pulumi destroy removes a cluster",
  ],
  [
    "name and version missing",
    "servers: [{ name: s1, host: 10.0.0.11 }]\n",
    '1:1 name: missing: a cluster name: lower-case letters, digits and "-", at most 40, such as dev',
    "1:1 version: missing: an exact k3s version: vX.Y.Z+k3sN, such as v1.33.3+k3s1",
  ],
  [
    "a cluster name with a dot",
    "name: dev.example\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: 10.0.0.11 }]\n",
    '1:7 name: "dev.example" is not a cluster name: lower-case letters, digits and "-", at most 40, such as dev',
  ],
  [
    "a number for a name",
    "name: 5\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: 10.0.0.11 }]\n",
    '1:7 name: 5 is not a cluster name: write it in quotes to make it text (lower-case letters, digits and "-", at most 40, such as dev)',
  ],
  [
    "an underscore in a node name",
    machine("{ name: web_1, host: 10.0.0.12 }"),
    '5:13 servers[1].name: "web_1" is not a node name: lower-case letters, digits, "-" and ".", at most 63, such as s1',
  ],
  [
    "a host missing",
    machine("{ name: s2 }"),
    "5:5 servers[1].host: missing: a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com",
  ],
  [
    "a host without a value",
    machine("name: s2\n    host:"),
    "6:5 servers[1].host: empty: expected a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com",
  ],
  [
    "two nodes of one name",
    below("agents: [{ name: s1, host: 10.0.0.12 }]"),
    '4:18 agents[0].name: "s1" is also servers[0].name: names must differ in more than case',
  ],
  [
    "names that differ in case only",
    machine("{ name: S1, host: 10.0.0.12 }"),
    '5:13 servers[1].name: "S1" is not a node name: lower-case letters, digits, "-" and ".", at most 63, such as s1',
    '5:13 servers[1].name: "S1" is also servers[0].name: names must differ in more than case',
  ],
  ["a machine that is text", machine("s2"), '5:5 servers[1]: "s2" is not a map of keys and values'],
  ["agents without a value", below("agents:"), "4:1 agents: empty: expected a list"],
  [
    "servers that are a map",
    "name: dev\nversion: v1.33.3+k3s1\nservers: { s1: 10.0.0.11 }\n",
    "3:10 servers: a map is not a list",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
