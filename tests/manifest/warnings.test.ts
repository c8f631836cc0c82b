import { parseManifest } from "../../manifest/parse";
import { warnings } from "../../manifest/warnings";
import { below } from "./texts";

const withServers = (count: number) => {
  const servers = Array.from({ length: count }, (_, index) => `{ name: s${index}, host: h${index} }`);
  return parseManifest(`name: dev\nversion: v1.33.3+k3s1\nservers: [${servers}]`, "cluster.yaml");
};

test.each([1, 3, 5, 7])("%d servers are nothing to warn of", (count) => {
  expect(warnings(withServers(count))).toEqual([]);
});

test.each([
  [
    2,
    "2 servers survive the loss of 0, no more than 1 would, because etcd needs a majority of 2; use 1 or 3",
  ],
  [
    4,
    "4 servers survive the loss of 1, no more than 3 would, because etcd needs a majority of 3; use 3 or 5",
  ],
  [
    6,
    "6 servers survive the loss of 2, no more than 5 would, because etcd needs a majority of 4; use 5 or 7",
  ],
])("%d servers are warned of, with the reason and the odd alternatives", (count, warning) => {
  expect(warnings(withServers(count))).toEqual([`servers: ${warning}`]);
});

test("an even number is nothing to warn of where the datastore is elsewhere", () => {
  const external = "datastore: { kind: external, endpoint: 'postgres://db/k3s' }";
  const text = `name: dev\nversion: v1.33.3+k3s1\nservers: [{ name: a, host: a }, { name: b, host: b }]\n${external}`;
  expect(warnings(parseManifest(text, "cluster.yaml"))).toEqual([]);
});

test("servers of pools count", () => {
  const text = below("pools: [{ name: more, role: server, machines: [{ name: s2, host: h }] }]");
  expect(warnings(parseManifest(text, "cluster.yaml"))).toEqual([
    expect.stringMatching(/^servers: 2 servers/),
  ]);
});

test("a token that can be guessed is warned of, and not shown", () => {
  const full = `K10${"0".repeat(64)}::server:hidden`;
  const found = warnings(parseManifest(below(`token: ${full}\nagentToken: hidden`), "cluster.yaml"));
  expect(found).toEqual([
    expect.stringMatching(/^token: shorter than 16 /),
    expect.stringMatching(/^agentToken: shorter/),
  ]);
  expect(found.join()).not.toContain("hidden");
});

test("a long token is nothing to warn of", () => {
  expect(warnings(parseManifest(below("token: 0123456789abcdef"), "cluster.yaml"))).toEqual([]);
});

describe("machines that proxy.noProxy does not hold", () => {
  const warned = (noProxy: string, machines: string) =>
    warnings(
      parseManifest(
        `name: dev\nversion: v1.33.3+k3s1\nservers: [${machines}]\nproxy: { http: "http://p:1", noProxy: ${noProxy} }\n`,
        "cluster.yaml",
      ),
    );
  const restarts =
    "so that a machine that comes or goes changes NO_PROXY on every node, which restarts k3s there; add ";
  const own = ", or the block that your machines are in";

  test.each([
    ["10.0.0.0/24", "{ name: s1, host: 10.0.0.1 }"],
    ["[fd00::/64]", '{ name: s1, host: "fd00::1" }'],
    [".example.com", "{ name: s1, host: s1.example.com }"],
    ["10.0.0.0/8", '{ name: s1, host: s1, nodeIp: "10.0.0.1" }'],
    ["10.0.0.0/8", "{ name: s1, host: machine-1.invalid }"],
  ])("%s holds %s", (noProxy, machine) => {
    expect(warned(noProxy, machine)).toEqual([]);
  });

  test.each([
    ["10.1.0.0/24", "{ name: s1, host: 10.0.7.1 }", "s1 (10.0.7.1), ", "10.0.7.0/24"],
    ["[]", '{ name: s1, host: "fd00:0:0:1::1" }', "s1 (fd00:0:0:1::1), ", "fd00:0:0:1::/64"],
    ["[]", '{ name: s1, host: "fd00::1" }', "s1 (fd00::1), ", "fd00::/64"],
    ["[]", "{ name: s1, host: s1.example.com }", "s1 (s1.example.com), ", ".example.com"],
    ["[]", "{ name: s1, host: node1 }", "s1 (node1), ", "node1"],
    ["[]", '{ name: s1, host: node1, nodeIp: "10.0.0.1" }', "s1 (10.0.0.1), ", "10.0.0.0/24"],
  ])("%s does not hold %s", (noProxy, machine, names, block) => {
    expect(warned(noProxy, machine)).toEqual([
      `proxy.noProxy: it does not hold ${names}${restarts}${block}${own}`,
    ]);
  });

  test("are named together, and what holds several of them once", () => {
    const [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.9.3"];
    const machines = `{ name: a, host: ${a} }, { name: b, host: ${b} }, { name: c, host: ${c} }`;
    expect(warned("[]", machines)).toEqual([
      `proxy.noProxy: it does not hold a (${a}), b (${b}), c (${c}), ${restarts}10.0.0.0/24, 10.0.9.0/24${own}`,
    ]);
  });

  test("are as they are without a proxy", () => {
    expect(warnings(withServers(1))).toEqual([]);
  });
});
