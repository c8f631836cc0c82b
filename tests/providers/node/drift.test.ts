import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { untouched } from "../../../providers/node/observe";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { fakeMachines, type Reply } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { agentInputs, agentToken, pinned, serverInputs, url } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const node = () => host().resource("Node");

const dedicated = { key: "dedicated", value: "web", effect: "NoSchedule" };
const declared = { labels: { tier: "web" }, extra: { "node-taint": ["dedicated=web:NoSchedule"] } };

/** What read-node.sh tells of an agent, with an object that has these parts; without it the API does not say. */
function told(more: string[] = [], object?: object, owner = "prod/a1", unit = "active enabled"): Reply {
  const lines = [`owner=${owner}`, `unit=${unit}`, ...more];
  if (object)
    lines.push(`node=${JSON.stringify({ metadata: { labels: { tier: "web" } }, spec: {}, ...object })}`);
  return { stdout: `${lines.join("\n")}\n` };
}

/** An agent on which that is told, and its state. */
async function agent(answer: Reply, more: Props = {}) {
  const a1 = await machines.machine("a1", { "read-node": answer });
  const given = agentInputs(a1, { config: declared });
  const state: Props = { ...given, api: { name: "s1", connection: { host: "s1" } }, ...untouched, ...more };
  return { a1, state };
}

const __provider = expect.anything();
const fine = { spec: { taints: [dedicated] } };

test("a node that nobody has touched gives its state back, and no inputs", async () => {
  const { a1, state } = await agent(told([], fine));
  const { id, props, inputs } = await node().read("prod/a1", state);
  expect([id, props, inputs]).toEqual(["prod/a1", { ...state, __provider }, undefined]);
  expect(a1.ran).toEqual([
    { script: "read-node", variables: { UNIT: "k3s-agent", NODE: "a1", ROLE: "agent" } },
  ]);
});

const config = (more: object) => ({
  role: "agent",
  name: "a1",
  join: url,
  tlsSans: [],
  disable: [],
  ...more,
});

test.each<[string, Reply, Props]>([
  ["its unit", told([], fine, "prod/a1", "inactive disabled"), { unit: "inactive, disabled" }],
  [
    "a file",
    told(["file=/etc/rancher/k3s/token changed"], fine),
    { files: "/etc/rancher/k3s/token changed" },
  ],
  [
    "a cordon",
    told([], { spec: { taints: [dedicated], unschedulable: true } }),
    { node: "registered, cordoned" },
  ],
  ["no object", told(["node=missing"]), { node: "missing" }],
  [
    "a label and taints",
    told([], { metadata: {}, spec: { taints: [{ key: "odd", effect: "NoExecute" }] } }),
    { config: config({ labels: {}, extra: { "node-taint": ["odd:NoExecute"] } }) },
  ],
  [
    "another owner",
    told(["file=/etc/rancher/k3s/owner changed"], fine, "dev/a1"),
    { files: "the machine belongs to dev/a1" },
  ],
  [
    "an owner's file that names no node",
    told(["file=/etc/rancher/k3s/owner changed"], fine, "-"),
    { files: "/etc/rancher/k3s/owner names no node" },
  ],
])(
  "%s that somebody changed is in its state, and in the inputs of the next run",
  async (_case, answer, drifted) => {
    const { state } = await agent(answer);
    const { id, props, inputs = {} } = await node().read("prod/a1", { ...state, joinToken: pinned });
    expect([id, props]).toEqual(["prod/a1", { ...state, ...drifted, joinToken: pinned, __provider }]);
    // With what only counts when it is made, which the next run compares, and without what is no input.
    expect(inputs).toEqual({ ...state, ...drifted, __provider });
    expect(inputs).toMatchObject({ token: agentToken, patience: 60_000 });
  },
);

test("what the next run would change is what was seen, and its row says what that costs", async () => {
  const { a1, state } = await agent(told(["file=/etc/rancher/k3s/config.yaml changed"], fine));
  const row = rowFor("costs");
  const { props, inputs } = await node().read("prod/a1", { ...state, row });
  const { inputs: news, failures } = await node().check(inputs, {
    ...agentInputs(a1, { config: declared }),
    row,
  });
  expect([failures, news]).toMatchObject([[], untouched]);
  expect(await node().diff(props, news)).toBe(true);
  await until("the cost is said", () => host().engine.said("costs").length > 1);
  expect(host().engine.said("costs")).toEqual([
    "looking at the node",
    "changing it restarts k3s-agent on a1; its pods go on",
  ]);
});

test("where the API does not say, what was seen of the object before stays", async () => {
  const seen = { node: "registered, cordoned", unit: "active, enabled" };
  const { state } = await agent(told([], undefined, "prod/a1", "inactive enabled"), seen);
  const { props } = await node().read("prod/a1", state);
  expect(props).toEqual({ ...state, unit: "inactive, enabled", __provider });
});

test.each<[string, string, string, boolean]>([
  ["nobody, with no unit", "", "inactive ", true],
  ["nobody, with a unit that is starting", "", "activating enabled", true],
  ["another, with its unit stopped", "dev/a1", "inactive enabled", true],
  ["nobody, with its unit running", "", "active enabled", false],
  ["this node, with no unit", "prod/a1", "inactive ", false],
])(
  "a machine that belongs to %s (owner %j, unit %j) has lost its node: %s",
  async (_case, owner, unit, gone) => {
    const { state } = await agent(told([], fine, owner, unit));
    const { id, props } = await node().read("prod/a1", state);
    expect(id).toBe(gone ? "" : "prod/a1");
    if (gone) expect(props).toEqual({ __provider });
  },
);

test("a server is looked at as one", async () => {
  const s1 = await machines.machine("s1", { "read-node": told([], fine, "prod/s1") });
  const { inputs } = await node().read("prod/s1", {
    ...serverInputs(s1, { config: declared }),
    ...untouched,
  });
  expect(inputs).toBeUndefined();
  expect(s1.variables("read-node")).toEqual({ UNIT: "k3s", NODE: "s1", ROLE: "server" });
});

test("a machine that cannot be reached is warned of, and its node is taken to be as it was", async () => {
  const a1 = await machines.unreachable("a1");
  const state: Props = {
    ...agentInputs(a1),
    row: rowFor("unreachable"),
    ...untouched,
    unit: "inactive, enabled",
  };
  expect(await node().read("prod/a1", state)).toEqual({
    id: "prod/a1",
    props: { ...state, __provider },
    inputs: undefined,
  });
  const warned = () => host().engine.lines.filter(({ urn }) => urn.endsWith("::unreachable"));
  await until("the warning is said", () => warned().some(({ severity }) => severity === LogSeverity.WARNING));
  expect(warned().at(-1)?.message).toBe(
    "it could not be looked at, and is taken to be as it was: " +
      `a1: looking at the node: 127.0.0.1:${a1.connection.port} refused the connection (ECONNREFUSED)\n` +
      "  next: check that sshd runs there and listens on this port",
  );
});

test.each([
  ["other", 1],
  ["declared", 0],
  ["given", 0],
])("F27 a server whose cluster has a token that is %s: %d warnings", async (held, count) => {
  const s1 = await machines.machine("s1", {
    "read-node": told([], {}, "prod/s1"),
    "held-tokens": { stdout: `held=${held}\nfile=given\n` },
  });
  const row = rowFor(`token-${held}`);
  const state: Props = { ...serverInputs(s1), ...untouched, token: pinned, row };
  const { id } = await node().read("prod/s1", state);
  expect([id, s1.variables("held-tokens")]).toEqual([
    "prod/s1",
    { OWNER: "prod/s1", TOKEN: pinned.replace(/^.*:/, "") },
  ]);
  const said = () => host().engine.said(`token-${held}`).join("\n");
  const warnings = () => said().split("token differs from cluster: ").length - 1;
  if (count > 0) await until("it is told", () => warnings() === count);
  expect(warnings()).toBe(count);
});
