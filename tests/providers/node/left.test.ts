import { etcd, type Told } from "../etcd";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { agentInputs, serverInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const remove = (id: string, inputs: Props) => host().resource("Node").delete(id, inputs);

/** Tells that a cluster goes on with these servers, as the look at its members does in every run but that which destroys it. */
async function goesOn(cluster: string, servers: FakeMachine[]): Promise<void> {
  const members = servers.map(({ name, connection }) => ({ name, connection }));
  const names = members.map(({ name }) => name);
  await host()
    .resource("Membership")
    .check(undefined, { cluster, servers: names, version: "v1", members, releases: [] });
}

test("a server that is a member of etcd still is not cleared while its cluster goes on", async () => {
  const told: Record<string, Told | undefined> = { s1: {}, s2: {}, s3: {} };
  const s1 = await machines.machine("s1", { "read-member": () => etcd("s1", told) });
  const s3 = await machines.machine("s3", { "uninstall-node": {} });
  const inputs = serverInputs(s3, { cluster: "on" });
  await goesOn("on", [s1]);
  expect((await refusal(remove("on/s3", inputs))).message).toBe(
    "s3: removing the node: it is still a member of etcd\n  next: see what kept it from leaving, then run this again",
  );
  expect(s3.ran).toEqual([]);
  told.s3 = undefined;
  await remove("on/s3", inputs);
  expect(s3.scripts()).toEqual(["uninstall-node"]);
});

test("a server of a cluster that is destroyed is cleared, whatever etcd says", async () => {
  const s3 = await machines.machine("s3", { "uninstall-node": {} });
  await remove("off/s3", serverInputs(s3, { cluster: "off" }));
  expect(s3.scripts()).toEqual(["uninstall-node"]);
});

test("an agent that could not leave is not cleared", async () => {
  const s1 = await machines.machine("s1", {
    "read-owner": { stdout: "kept/s1\n" },
    "drain-node": { code: 76, stderr: "default/web-1: no\n" },
  });
  const a1 = await machines.machine("a1");
  const member = ({ name, connection }: FakeMachine) => ({ name, connection });
  const drain = { timeout: 1_000, emptyDirs: "delete" };
  const before = { cluster: "kept", servers: [member(s1)], agents: [member(a1)], drain };
  await goesOn("kept", [s1]);
  await refusal(
    host()
      .resource("Departure")
      .update("d", before, { ...before, agents: [] }),
  );
  expect(s1.scripts()).toContain("drain-node");
  expect((await refusal(remove("kept/a1", agentInputs(a1, { cluster: "kept" })))).message).toMatch(
    /^a1: removing the node: its departure has failed\n/,
  );
  expect(a1.ran).toEqual([]);
});
