import { made, node, only } from "./mocks";

const { K3sAgent, K3sCluster, K3sServer } = require("../../components") as typeof import("../../components");

const version = "v1.33.3+k3s1";
const machines = {
  version,
  servers: ["s1", "s2", "s3"].map((name, index) => ({ name, host: `10.0.0.${index + 11}` })),
  agents: [{ name: "a1", host: "10.0.0.21" }],
};

async function cluster(args: object) {
  const { kubeconfig, urn } = new K3sCluster("dev", { ...machines, ...args });
  await made(kubeconfig, urn);
}

test("servers' disks are measured, and agents' are not", async () => {
  await cluster({});
  expect(["s1", "s3"].map((name) => only("Machine", name).disk)).toEqual(["default", "default"]);
  expect(only("Machine", "a1")).not.toHaveProperty("disk");
  expect(node("a1")).not.toHaveProperty("podNetwork");
});

test("what the manifest makes of findings holds for what is measured, too", async () => {
  await cluster({ preflight: { "slow-disk": "error", "pod-network": "warning" } });
  expect(only("Machine", "s2").disk).toBe("error");
  expect(only("Machine", "a1")).not.toHaveProperty("disk");
  expect(node("a1").podNetwork).toBe("warning");
  expect(only("ControlPlane").podNetwork).toBe("warning");
});

test.each([
  [{ kind: "sqlite" }, "default"],
  [{ kind: "external", endpoint: "postgres://k3s:pw@db.example:5432/k3s" }, undefined],
])("of a datastore that is %j the server's disk is taken as %s", async (datastore, disk) => {
  await cluster({ servers: machines.servers.slice(0, 1), datastore });
  expect(only("Machine", "s1").disk).toBe(disk);
});

test("nodes that stand alone are measured as by default, or as they say", async () => {
  const at = (host: string) => ({ version, connection: { host } });
  const findings = { "slow-disk": "warning", "pod-network": "ignore" } as const;
  const one = new K3sServer("one", { ...at("10.0.0.1"), token: "t", agentToken: "a" });
  const two = new K3sServer("two", { ...at("10.0.0.2"), server: one, agentToken: "a", findings });
  const three = new K3sAgent("three", { ...at("10.0.0.3"), server: one, findings });
  await made(one.node, two.node, three.ready);
  expect(["one", "two"].map((name) => only("Machine", name).disk)).toEqual(["default", "warning"]);
  expect(node("three").podNetwork).toBe("ignore");
});
