import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines, held } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { agentInputs, fine as changed, serverInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const node = () => host().resource("Node");

const fine = { ...changed, "drain-node": {} };
const drain = { timeout: 90_000, emptyDirs: "delete" as const };
const upgraded = { version: "v1.33.4+k3s1" };
const update = (inputs: Props, more: Props = upgraded) =>
  node().update("prod/a1", inputs, { ...inputs, ...more });

/** Each in a cluster of its own, unless several are to be in one. */
let made = 0;
async function agent(more: Props = {}, name = "a1") {
  const [a1, s1] = [await machines.machine(name, { ...fine }), await machines.machine("s1", { ...fine })];
  const api = { name: "s1", connection: s1.connection };
  const inputs: Props = {
    ...agentInputs(a1, { api, cluster: `c${++made}` }),
    row: rowFor(`d${made}-${name}`),
    ...more,
  };
  return { a1, s1, inputs };
}

test("an agent's pods go elsewhere before it is upgraded, and may come back when it is Ready", async () => {
  const order: string[] = [];
  const { a1, s1, inputs } = await agent({ drain: { ...drain, grace: 20 } });
  for (const machine of [a1, s1])
    for (const script of Object.keys(machine.answers))
      machine.answers[script] = () => {
        order.push(script);
        return {};
      };
  await update(inputs);
  expect(order).toEqual(["drain-node", "install-node", "node-ready", "check-tunnel", "uncordon-node"]);
  expect(s1.variables("drain-node")).toEqual({
    NODE: "a1",
    TIMEOUT: "90",
    GRACE: "20",
    EMPTY_DIRS: "delete",
  });
  expect(s1.variables("uncordon-node")).toEqual({ NODE: "a1" });
});

test("no pod moves for a change that is no upgrade", async () => {
  const { s1, inputs } = await agent({ drain });
  await update(inputs, { environment: "A=1" });
  expect(s1.ran).toEqual([]);
});

test("no pod moves for an upgrade where pods are to stay; those that went in a run that was cut off may come back", async () => {
  const { s1, inputs } = await agent();
  await update(inputs);
  expect(s1.scripts()).toEqual(["uncordon-node"]);
});

test("pods that may not go keep their node from being upgraded, and are told", async () => {
  const { a1, s1, inputs } = await agent({ drain });
  s1.answers["drain-node"] = {
    code: 76,
    stderr: "default/web-1: no; no pod may go by the disruption budgets default/web\n",
  };
  const { message } = await refusal(update(inputs));
  expect(message).toBe(
    "s1: having the pods of a1 go elsewhere: default/web-1: no; no pod may go by the disruption budgets default/web\n" +
      "  next: give its disruption budget more pods or drain.timeout more time, or move these pods by hand, then run this again",
  );
  expect(a1.ran).toEqual([]);
});

test("a server's pods go by way of itself, where they are to", async () => {
  const s1 = await machines.machine("s1", { ...fine });
  await update({ ...serverInputs(s1, { cluster: "own" }), drain });
  expect(s1.scripts()).toEqual([
    "find-cluster",
    "read-member",
    "drain-node",
    "install-node",
    "supervisor",
    "node-ready",
    "uncordon-node",
  ]);
});

describe("agents that restart", () => {
  async function three(atOnce: number) {
    const cluster = `together${++made}`;
    const gates = [held({}), held({}), held({})];
    const agents: { machine: FakeMachine; inputs: Props }[] = [];
    for (const [at, gate] of gates.entries()) {
      const { a1, inputs } = await agent({ cluster, atOnce }, `${cluster}-${at}`);
      a1.answers["node-ready"] = gate.answer;
      agents.push({ machine: a1, inputs });
    }
    const begun = () => agents.map(({ machine }) => machine.scripts().includes("node-ready"));
    return { gates, agents, begun };
  }

  test("do so a few at a time", async () => {
    const { gates, agents, begun } = await three(2);
    const updates = agents.map(({ inputs }) => update(inputs));
    const count = () => begun().filter(Boolean).length;
    await until("two have begun", () => count() === 2);
    const waiting = begun().indexOf(false);
    expect(agents[waiting]?.machine.ran).toEqual([]);
    gates[begun().indexOf(true)]?.release();
    await until("the third has", () => count() === 3);
    for (const gate of gates) gate.release();
    await Promise.all(updates);
  });

  test("do not when one has failed", async () => {
    const { agents } = await three(1);
    for (const { machine } of agents) machine.answers["install-node"] = { code: 1 };
    const failures = await Promise.all(agents.map(({ inputs }) => refusal(update(inputs))));
    const failed = agents.filter(({ machine }) => machine.ran.length > 0).map(({ machine }) => machine.name);
    expect(failed).toHaveLength(1);
    const stopped = failures
      .map(({ message }) => message)
      .filter((message) => !message.includes("exit code 1"));
    expect(stopped.sort()).toEqual(
      agents
        .map(({ machine }) => machine.name)
        .filter((name) => !failed.includes(name))
        .map(
          (name) =>
            `${name}: waiting for its turn: ${failed[0]} has failed before it, so that nothing was changed here\n` +
            `  next: see what is said of ${failed[0]}, then run this again`,
        ),
    );
  });

  test("are not waited for by those that do not", async () => {
    const { gates, agents } = await three(1);
    const [first, second] = agents as [(typeof agents)[0], (typeof agents)[0]];
    const busy = update(first.inputs);
    second.machine.answers["node-ready"] = {};
    await update(second.inputs, {
      patience: 1,
      connection: { ...(second.inputs.connection as object), user: "root" },
    });
    gates[0]?.release();
    await busy;
  });
});
