import * as pulumi from "@pulumi/pulumi";
import { caHash, dependencies, made, node, only, registered, secret } from "./mocks";

const { K3sCluster } =
  require("../../components/k3s-cluster") as typeof import("../../components/k3s-cluster");

const server = "https://10.0.0.9:6443";
const full = (user: string, password: string) => `K10${caHash}::${user}:${password}`;
const version = "v1.33.3+k3s1";
const agents = ["a1", "a2"].map((name, index) => ({ name, host: `10.0.0.${index + 21}` }));
const servers = ["s1", "s2"].map((name, index) => ({ name, host: `10.0.0.${index + 11}` }));

async function joined(args: Partial<ConstructorParameters<typeof K3sCluster>[1]>) {
  const cluster = new K3sCluster("edge", { version, servers: [], agents, ...args });
  await made(cluster.urn, cluster.endpoint, cluster.agentToken, cluster.kubeconfig);
  return cluster;
}

const kinds = () => [...new Set(registered.map(({ type }) => type.split(":").at(-1)))];

describe("agents alone", () => {
  test("join what is elsewhere with its agent token, and nothing is made that servers here would need", async () => {
    await joined({ join: { server: `${server}/`, token: full("node", "agents") } });
    expect(node("a1")).toMatchObject({
      token: secret(full("node", "agents")),
      config: { role: "agent", join: server },
    });
    for (const key of ["api", "peers", "drain"]) expect(node("a1")).not.toHaveProperty(key);
    expect(node("a1").elsewhere).toBe(server);
    expect(kinds().sort()).toEqual(
      ["Departure", "K3sAgent", "K3sCluster", "Machine", "Node", "Preflight"].sort(),
    );
    expect(Object.keys(only("Preflight").machines as object)).toEqual(["a1", "a2"]);
    expect(only("Departure").servers).toEqual([]);
    expect(dependencies("Departure", "edge")).toEqual(expect.arrayContaining(["Node a1", "Node a2"]));
  });

  test("are a cluster without what only an administrator has", async () => {
    const cluster = await joined({ join: { server, token: full("server", "both") } });
    const { kubeconfig, token, caCertificate, clusterId } = cluster;
    expect([kubeconfig, token, caCertificate, clusterId]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([cluster.servers, cluster.agents, cluster.version]).toEqual([[], ["a1", "a2"], version]);
    expect([await pulumi.isSecret(cluster.endpoint), await pulumi.isSecret(cluster.agentToken)]).toEqual([
      false,
      true,
    ]);
    await new Promise<void>((resolve) =>
      pulumi.all([cluster.endpoint, pulumi.unsecret(cluster.agentToken)]).apply((found) => {
        expect(found).toEqual([server, full("node", "both")]);
        resolve();
      }),
    );
  });

  test.each<
    [string, { token: pulumi.Input<string>; agentToken?: pulumi.Input<string>; caHash?: string }, string]
  >([
    ["a password, with the hash beside it", { token: "pw", caHash }, full("node", "pw")],
    [
      "an agent token beside the servers'",
      { token: full("server", "s"), agentToken: "a" },
      full("node", "a"),
    ],
    ["outputs", { token: pulumi.output(full("node", "o")) }, full("node", "o")],
    // The node's own check refuses this one.
    ["an output that names no CA", { token: pulumi.output("o") }, "o"],
  ])("take %s for the agents' token", async (_case, tokens, token) => {
    await joined({ join: { server, ...tokens } });
    expect(node("a2").token).toEqual(secret(token));
  });
});

describe("servers", () => {
  const join = { server, token: full("server", "theirs"), agentToken: full("node", "agents") };

  test("all join what is elsewhere, none begins, and none waits for another of them", async () => {
    await joined({ servers, join });
    for (const name of ["s1", "s2"]) {
      expect(node(name)).toMatchObject({ join: server, elsewhere: server });
      expect([node(name).token, node(name).agentToken]).toEqual([secret(join.token), secret("agents")]);
      expect(dependencies("Node", name).filter((one) => one.startsWith("Node "))).toEqual([]);
    }
    expect(registered.filter(({ type }) => type.startsWith("random:"))).toEqual([]);
    expect(only("Membership").elsewhere).toBe(true);
    expect(only("ControlPlane").endpoint).toEqual({ address: "10.0.0.11", port: 6443 });
  });

  test("have their agents join them, and be forgotten elsewhere where they have left already", async () => {
    await joined({ servers: servers.slice(0, 1), agents: agents.slice(0, 1), join });
    expect(node("a1")).toMatchObject({ config: { join: "https://10.0.0.11:6443" }, elsewhere: server });
    expect(node("a1").api).toMatchObject({ name: "s1" });
    expect(node("s1")).toHaveProperty("drain");
    const drain = { timeout: 300_000, emptyDirs: "delete" };
    expect(only("Departure").elsewhere).toEqual({ server, drain, atOnce: 1 });
  });

  test("share the agents' token with those elsewhere, which is the servers' where there is no other", async () => {
    await joined({ servers, join: { server, token: full("server", "one") } });
    expect(node("s1").agentToken).toEqual(secret("one"));
  });

  test("keep the times of etcd that those elsewhere have, also with an HAProxy", async () => {
    await joined({ servers, agents: [], haproxy: {}, join });
    expect(JSON.stringify(node("s1").config)).not.toContain("etcd-arg");
  });

  test("know nothing of servers elsewhere where there are none", async () => {
    await joined({ servers: servers.slice(0, 1) });
    expect(only("Membership")).not.toHaveProperty("elsewhere");
    expect(only("Departure")).not.toHaveProperty("elsewhere");
    for (const name of ["s1", "a1"]) expect(node(name)).not.toHaveProperty("elsewhere");
  });
});

test("what a manifest's check cannot see is refused with the rest", () => {
  const wrong = {
    ...{ version: "1.33", servers: [], agents, token: pulumi.output("t"), agentToken: pulumi.output("a") },
    join: { server, token: undefined },
  };
  expect(() => new K3sCluster("edge", wrong)).toThrow(
    /version[\s\S]*join\.token: missing: a token of that cluster[\s\S]*token: the cluster that is joined has its own: use join\.token\n {2}agentToken: /,
  );
  expect(() => new K3sCluster("edge", { version, servers: [], agents, join: wrong.join })).toThrow(
    "1 mistake",
  );
});
