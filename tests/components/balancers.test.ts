import * as pulumi from "@pulumi/pulumi";
import { caHash, dependencies, made, node, only, registered, secret } from "./mocks";

const { K3sCluster } =
  require("../../components/k3s-cluster") as typeof import("../../components/k3s-cluster");

type Args = ConstructorParameters<typeof K3sCluster>[1];

const server = (number: number) => ({ name: `s${number}`, host: `10.0.0.1${number}` });
const machines: Args = {
  version: "v1.33.3+k3s1",
  servers: [server(1), server(2), server(3)],
  agents: [{ name: "a1", host: "10.0.0.21" }],
};
const vip = { vip: "10.0.0.100/24" };

async function cluster(more: Partial<Args>) {
  registered.length = 0;
  const it = new K3sCluster("dev", { ...machines, ...more });
  await made(it.kubeconfig, it.clusterId, it.urn, it.endpoint);
  return it;
}

const named = (kind: string) =>
  registered.flatMap(({ type, name }) => (type.endsWith(`:${kind}`) ? [name] : [])).sort();

test("a cluster that asks for none has no balancer, and its servers are asked by nobody", async () => {
  await cluster({});
  expect([named("HaProxy"), named("Keepalived")]).toEqual([[], []]);
  expect(node("s1").config).not.toHaveProperty("healthCheck");
  expect(node("a1").config).toMatchObject({ join: "https://10.0.0.11:6443" });
});

describe("with HAProxy", () => {
  test("every agent joins through its own, which is in front of all servers and trusts their CA alone", async () => {
    await cluster({ haproxy: {} });
    expect(named("HaProxy")).toEqual(["a1"]);
    expect(only("HaProxy", "a1")).toMatchObject({
      backends: ["s1", "s2", "s3"].map((name, at) => ({ name, address: `10.0.0.1${at + 1}`, port: 6443 })),
      caHash,
      listeners: [{ address: "127.0.0.1", port: 16443 }],
      healthCheck: "anonymous-health",
      timing: { interval: 750, fastInterval: 250, answer: 600, fall: 2 },
      keepPackage: false,
    });
    expect(node("a1").config).toMatchObject({ join: "https://127.0.0.1:16443" });
  });

  test("package: keep has the packages of both stay", async () => {
    await cluster({ haproxy: { package: "keep" }, endpoint: vip });
    for (const name of ["a1", "s1"]) expect(only("HaProxy", name)).toMatchObject({ keepPackage: true });
    expect(only("Keepalived", "s1")).toMatchObject({ keepPackage: true });
  });

  test("an agent's is healthy before its node starts, so that it goes after the node; it comes after all servers", async () => {
    await cluster({ haproxy: {} });
    expect(dependencies("Node", "a1")).toContain("HaProxy a1");
    expect(dependencies("HaProxy", "a1")).toEqual(
      expect.arrayContaining(["Preflight dev", "Node s1", "Node s2", "Node s3"]),
    );
  });

  test("servers let strangers ask for their health, unless any answer will do", async () => {
    await cluster({ haproxy: {} });
    for (const name of ["s1", "s2", "s3"])
      expect(node(name).config).toMatchObject({ healthCheck: "anonymous-health" });
    expect(node("a1").config).not.toHaveProperty("healthCheck");
    await cluster({ haproxy: { healthCheck: "any-401" } });
    expect(node("s1").config).not.toHaveProperty("healthCheck");
  });

  test("servers have times in which etcd finds another leader, where they have etcd", async () => {
    const times = { "etcd-arg": ["heartbeat-interval=100", "election-timeout=1000"] };
    await cluster({ haproxy: { healthCheck: "any-401" } });
    expect(node("s1").config).toMatchObject({ extra: times });
    expect((node("a1").config as { extra?: object }).extra ?? {}).not.toHaveProperty("etcd-arg");
    await cluster({ haproxy: {}, config: { "etcd-arg": ["election-timeout=5000"] } });
    expect(node("s1").config).toMatchObject({ extra: { "etcd-arg": ["election-timeout=5000"] } });
    const datastore = { kind: "external" as const, endpoint: "https://db.example.com:2379" };
    for (const none of [{}, { haproxy: {}, datastore }]) {
      await cluster(none);
      expect((node("s1").config as { extra: object }).extra).not.toHaveProperty("etcd-arg");
    }
  });

  test("agents do not wait long for an answer about their Lease", async () => {
    const frequency = "node-status-update-frequency=4s";
    await cluster({ haproxy: {}, kubelet: { args: ["max-pods=250"] } });
    expect(node("a1").config).toMatchObject({ extra: { "kubelet-arg": ["max-pods=250", frequency] } });
    expect(node("s1").config).toMatchObject({ extra: { "kubelet-arg": ["max-pods=250"] } });
    await cluster({ haproxy: {}, kubelet: { args: ["node-status-update-frequency=20s"] } });
    expect(node("a1").config).toMatchObject({
      extra: { "kubelet-arg": ["node-status-update-frequency=20s"] },
    });
    await cluster({});
    expect(node("a1").config).not.toHaveProperty("extra.kubelet-arg");
  });

  test("one password opens every page", async () => {
    const { statsPassword } = await cluster({ haproxy: {}, endpoint: vip });
    expect(named("RandomPassword")).toEqual(["dev-agent-token", "dev-stats", "dev-token"]);
    for (const name of ["a1", "s1", "s2", "s3"])
      expect(only("HaProxy", name).statsPassword).toEqual(secret("made-dev-stats"));
    expect(await pulumi.isSecret(pulumi.output(statsPassword))).toBe(true);
    await cluster({ haproxy: { stats: { password: "own" } } });
    expect(only("HaProxy", "a1").statsPassword).toEqual(secret("own"));
    expect((await cluster({ haproxy: { stats: false } })).statsPassword).toBeUndefined();
    expect(only("HaProxy", "a1")).not.toHaveProperty("stats");
  });

  test("all of an agent's traffic goes through it if it is to", async () => {
    await cluster({ haproxy: { always: true } });
    expect(node("a1").config).toMatchObject({ extra: { "disable-apiserver-lb": true } });
    expect((node("s1").config as { extra: object }).extra).not.toHaveProperty("disable-apiserver-lb");
  });

  test("where an agent joins is no secret, whatever opens its machine", async () => {
    await cluster({ haproxy: {}, ssh: { sudoPassword: "pw" } });
    expect(node("a1").config).toMatchObject({ join: "https://127.0.0.1:16443" });
    expect(only("HaProxy", "a1").backends).toHaveLength(3);
  });

  test("servers are reached at their nodes' own addresses", async () => {
    const servers = [{ ...server(1), host: "s1.example.com", nodeIp: "10.1.0.11" }];
    await cluster({ servers, haproxy: {} });
    expect(only("HaProxy", "a1").backends).toEqual([{ name: "s1", address: "10.1.0.11", port: 6443 }]);
  });
});

describe("a virtual address", () => {
  test("is in front of an HAProxy on every server, which listens where the address answers", async () => {
    await cluster({
      endpoint: { ...vip, interface: "eth0", label: "api", routerId: 7, check: { interval: "2 s" } },
    });
    expect(named("HaProxy")).toEqual(["a1", "s1", "s2", "s3"]);
    expect(only("HaProxy", "s2").listeners).toEqual([
      { address: "127.0.0.1", port: 16443 },
      { address: "*", port: 8443 },
    ]);
    expect(only("Keepalived", "s2")).toMatchObject({
      name: "s2",
      interface: "eth0",
      machines: ["s1", "s2", "s3"].map((name, at) => ({ name, address: `10.0.0.1${at + 1}` })),
      addresses: [{ address: "10.0.0.100/24", label: "api" }],
      routerId: 7,
      vrrp: { version: 3, advertInterval: 200 },
      check: { interval: 2_000, timeout: 800, fall: 2, rise: 1 },
    });
  });

  test("comes after every HAProxy that it may lead to, so that it goes before them", async () => {
    await cluster({ endpoint: vip });
    for (const name of ["s1", "s2", "s3"])
      expect(dependencies("Keepalived", name)).toEqual(
        expect.arrayContaining(["HaProxy s1", "HaProxy s2", "HaProxy s3"]),
      );
    expect(dependencies("HaProxy", "s1")).toEqual(expect.arrayContaining(["Node s1", "Node s2", "Node s3"]));
  });

  test("nobody leaves before clients are sent to those who stay", async () => {
    await cluster({ endpoint: vip });
    expect(dependencies("Departure", "dev")).toEqual(
      expect.arrayContaining(["Keepalived s1", "Keepalived s2", "Keepalived s3", "Node a1"]),
    );
    expect(dependencies("Node", "a1")).toContain("HaProxy a1");
  });

  test("is what the kubeconfig and the endpoint speak to, and in every server's certificate", async () => {
    const { endpoint } = await cluster({ endpoint: vip });
    expect(only("ControlPlane").endpoint).toEqual({ address: "10.0.0.100", port: 8443 });
    expect(node("s3").config).toMatchObject({ tlsSans: ["10.0.0.100"] });
    expect(await new Promise((resolve) => endpoint.apply(resolve))).toBe("https://10.0.0.100:8443");
    expect(await pulumi.isSecret(endpoint)).toBe(false);
    expect(node("a1").config).toMatchObject({ join: "https://127.0.0.1:16443" });
  });

  test("of IPv6 is listened for, and is in brackets", async () => {
    const servers = [1, 2, 3].map((number) => ({ name: `s${number}`, host: `fd00::${number}` }));
    await cluster({ servers, endpoint: { vip: "fd00::100/64" } });
    expect(only("HaProxy", "s1").listeners).toContainEqual({ address: "::", port: 8443 });
    expect(only("ControlPlane").endpoint).toEqual({ address: "[fd00::100]", port: 8443 });
  });
});

describe("balancers of their own", () => {
  const balancers = [
    { name: "lb1", host: "10.0.0.28" },
    { name: "lb2", host: "10.0.0.29" },
  ];

  test("have HAProxy and the address, and the servers have neither", async () => {
    const { endpoint } = await cluster({ balancers, endpoint: vip });
    expect([named("HaProxy"), named("Keepalived")]).toEqual([
      ["a1", "lb1", "lb2"],
      ["lb1", "lb2"],
    ]);
    expect(only("HaProxy", "lb1")).toMatchObject({
      listeners: [{ address: "*", port: 8443 }],
      backends: ["s1", "s2", "s3"].map((name, at) => ({ name, address: `10.0.0.1${at + 1}`, port: 6443 })),
      peers: [{ name: "s1" }, { name: "s2" }, { name: "s3" }],
    });
    expect(only("Keepalived", "lb2")).toMatchObject({
      machines: [
        { name: "lb1", address: "10.0.0.28" },
        { name: "lb2", address: "10.0.0.29" },
      ],
    });
    expect(dependencies("Keepalived", "lb1")).toEqual(expect.arrayContaining(["HaProxy lb1", "HaProxy lb2"]));
    expect(named("Node")).toEqual(["a1", "s1", "s2", "s3"]);
    expect(await new Promise((resolve) => endpoint.apply(resolve))).toBe("https://10.0.0.100:8443");
  });

  test("are told before a server restarts; without any in front of all, nobody is", async () => {
    const told = (name: string) => (node(name).balancers as { name: string }[]).map((one) => one.name);
    await cluster({ balancers, endpoint: vip });
    expect(told("s2")).toEqual(["lb1", "lb2"]);
    await cluster({ endpoint: vip });
    expect(told("s2")).toEqual(["s1", "s2", "s3"]);
    await cluster({ haproxy: {} });
    expect(told("s2")).toEqual([]);
    expect(node("a1")).not.toHaveProperty("balancers");
  });

  test("without such an address listen where the endpoint leads, which answers when they do", async () => {
    await cluster({ balancers, endpoint: { address: "api.example.com" } });
    expect(named("Keepalived")).toEqual([]);
    expect(only("HaProxy", "lb2").listeners).toEqual([{ address: "*", port: 6443 }]);
    expect(only("ControlPlane").endpoint).toEqual({ address: "api.example.com", port: 6443 });
  });

  test("are looked at for what they need", async () => {
    await cluster({ balancers, endpoint: vip });
    expect(only("Preflight")).toMatchObject({
      machines: { lb1: { role: "balancer" }, s1: { role: "server" } },
      balancers: {
        ports: { server: [], agent: [16443, 1936], balancer: [1936, 8443] },
        open: { server: [], agent: [1936], balancer: [1936, 8443] },
        vip: { role: "balancer", port: 8443 },
      },
    });
    await cluster({ endpoint: vip });
    expect(only("Preflight")).toMatchObject({
      balancers: {
        ports: { server: [16443, 1936, 8443], agent: [16443, 1936], balancer: [] },
        vip: { role: "server" },
      },
    });
  });

  test("may be learned by their keys, and have addresses that are not known yet", async () => {
    const host = pulumi.output("10.0.0.27");
    await cluster({
      balancers: [{ name: "lb1", host, ssh: { trustOnFirstUse: true } }, ...balancers.slice(1)],
      endpoint: { address: "api.example.com" },
    });
    expect(only("HaProxy", "lb1").connection).toMatchObject({
      host: "10.0.0.27",
      hostKey: "ssh-ed25519 learned",
    });
  });
});

test("servers that come change the balancers, and no node", async () => {
  const inputs = (kind: string) =>
    Object.fromEntries(
      registered
        .filter(({ type, name }) => type.endsWith(`:${kind}`) && !/s[45]/.test(name))
        .map(({ name, inputs: { peers: _, balancers: __, ...rest } }) => [name, rest]),
    );
  const all = { haproxy: {}, endpoint: vip };
  await cluster(all);
  const before = { nodes: inputs("Node"), haproxy: inputs("HaProxy"), keepalived: inputs("Keepalived") };
  await cluster({ ...all, servers: [1, 2, 3, 4, 5].map(server) });
  expect(inputs("Node")).toEqual(before.nodes);
  for (const [kind, old] of [
    ["HaProxy", before.haproxy],
    ["Keepalived", before.keepalived],
  ] as const)
    for (const [name, its] of Object.entries(inputs(kind))) {
      const changed = Object.keys(its).filter(
        (key) => JSON.stringify(its[key]) !== JSON.stringify(old[name]?.[key]),
      );
      expect([kind, name, changed]).toEqual([kind, name, [kind === "HaProxy" ? "backends" : "machines"]]);
    }
});
