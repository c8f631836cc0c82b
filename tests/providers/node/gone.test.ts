import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { fakeMachines } from "../fake-machine";
import { refusal, sharedHost } from "../provider-host";
import { agentInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const remove = (kind: string, id: string, inputs: object) =>
  host()
    .resource(kind)
    .delete(id, { ...inputs });

/** An agent whose host's name has no address any more. */
async function agent(name: string) {
  const machine = await machines.machine(name);
  return { ...machine, connection: { ...machine.connection, host: `${name}.invalid` } };
}

test("a node on a machine that is gone is let go where another machine answers, and what stays there is told", async () => {
  const [a1, s1] = [await agent("a1"), await machines.machine("s1", { "forget-node": {} })];
  const api = { name: "s1", connection: s1.connection };
  await remove("Node", "prod/a1", { ...agentInputs(a1, { api }), row: rowFor("leaves") });
  const said = () => host().engine.said("leaves").join("\n");
  await until("it is told", () => said().includes("taken to be gone"));
  expect(said()).toMatch(
    /a1 cannot be reached \(a1\.invalid.*\), and is taken to be gone\. What stays on it: k3s-agent\.service,/,
  );
  // Nobody waits for the same machine twice.
  await remove("Machine", "a1", { name: "a1", connection: a1.connection, version: "v1", row: rowFor("a1") });
  expect(s1.ran).toEqual([{ script: "forget-node", variables: { NODE: "a1", MACHINE_ID: "", DEAD: "no" } }]);
});

test("a node is let go by any server of its cluster, also by one that it has never known", async () => {
  const gone = await agent("a4");
  const [s2, s4] = [
    await machines.machine("s2", { "forget-node": {} }),
    await machines.machine("s4", { "forget-node": {} }),
  ];
  const api = { name: "s1", connection: (await machines.unreachable("s1")).connection };
  const peers = [{ name: "s2", connection: s2.connection }];
  const inputs = agentInputs(gone, { api, peers, cluster: "replaced" });
  await remove("Node", "replaced/a4", { ...inputs });
  expect(s2.scripts()).toEqual(["forget-node"]);
  // Servers that this operation is told to have, in place of those of old.
  const members = [{ name: "s4", connection: s4.connection }];
  const membership = { cluster: "replaced", servers: ["s4"], version: "v1", members, releases: [] };
  await host().resource("Membership").check(undefined, membership);
  await remove("Node", "replaced/a4", { ...inputs });
  expect([s2.scripts(), s4.scripts()]).toEqual([["forget-node"], ["forget-node"]]);
});

test.each([
  ["no other machine is known", async () => ({})],
  [
    "no other answers",
    async () => ({ api: { name: "s2", connection: (await machines.unreachable("s2")).connection } }),
  ],
])("a node on a machine that cannot be reached stays in the state where %s", async (_case, given) => {
  const a2 = await agent("a2");
  const { message } = await refusal(remove("Node", "prod/a2", agentInputs(a2, await given())));
  expect(message).toMatch(/^a2: removing the node: a2\.invalid.* has no known address .*\n {2}next: /);
});

test("a node is not let go where its machine answers, and cannot be logged in to", async () => {
  const [a3, s3] = [await machines.unreachable("a3"), await machines.machine("s3")];
  const api = { name: "s3", connection: s3.connection };
  const { message } = await refusal(remove("Node", "prod/a3", agentInputs(a3, { api })));
  expect(message).toContain("refused the connection");
});

test("an agent whose cluster nobody here may tell says what stays in it", async () => {
  const a4 = await machines.machine("a4", { "uninstall-node": { stdout: "9f0c\n" } });
  await remove("Node", "prod/a4", { ...agentInputs(a4), row: rowFor("untold") });
  const said =
    "a4 has left its machine, and its object is still in the cluster (no server is known that could be asked). " +
    "Remove it by kubectl delete node a4 before another node of this name comes.";
  await until("it is told", () => host().engine.said("untold").includes(said));
});

test("an agent whose server has left before it is forgotten by one elsewhere", async () => {
  const a5 = await machines.machine("a5", { "uninstall-node": { stdout: "9f0c\n" } });
  const s5 = await machines.machine("s5", { "forget-node": {} });
  const api = { name: "s5", connection: s5.connection };
  await remove("Node", "prod/a5", agentInputs(a5, { api, elsewhere: "https://10.0.0.9:6443" }));
  expect(s5.variables("forget-node")).toEqual({
    ...{ NODE: "a5", MACHINE_ID: "9f0c", DEAD: "no", ELSEWHERE: "https://10.0.0.9:6443" },
  });
});
