import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { serverInputs } from "../node/inputs";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const departure = () => host().resource("Departure");

const drain = { timeout: 90_000, emptyDirs: "delete" as const };
const elsewhere = { server: "https://10.0.0.9:6443", drain, atOnce: 1 };
const member = ({ name, connection }: FakeMachine) => ({ name, connection });

/** What was done, in its order, and what etcd has; each test has its own. */
let order: string[];
let told: Record<string, Told | undefined>;
let made = 0;
beforeEach(() => {
  order = [];
  made++;
});

async function machine(name: string): Promise<FakeMachine> {
  const doing = (script: string) => (variables: Record<string, string>) => {
    order.push([name, script, variables.NODE ?? variables.BODY ?? variables.ENABLED ?? ""].join(" ").trim());
    const [, id] = /"ID":"(\d+)"/.exec(variables.BODY ?? "") ?? [];
    const removed = Object.keys(told)[Number(id) - 1];
    if (removed) told[removed] = undefined;
    return {};
  };
  const scripts = [
    ...["drain-node", "uncordon-node", "enable-node", "stop-node"],
    ...["forget-node", "change-members"],
  ];
  const answers = Object.fromEntries(scripts.map((script) => [script, doing(script)]));
  const owner = { stdout: `e${made}/${name}\n` };
  return machines.machine(name, { ...answers, "read-owner": owner, "read-member": () => etcd(name, told) });
}

function given(servers: FakeMachine[], agents: FakeMachine[] = []): Props {
  const members = { servers: servers.map(member), agents: agents.map(member) };
  return { cluster: `e${made}`, ...members, drain, elsewhere, row: rowFor(`elsewhere${made}`) };
}

const destroyed = (inputs: Props) => departure().delete("d", inputs);

test("who is destroyed leaves in order: agents, servers, and the last of these does itself what others did", async () => {
  told = { far: { declared: true }, s1: {}, s2: { leads: true } };
  const [s1, s2, a1] = [await machine("s1"), await machine("s2"), await machine("a1")];
  await destroyed(given([s1, s2], [a1]));
  expect(order).toEqual([
    "s1 drain-node a1",
    "a1 stop-node",
    "s1 forget-node a1",
    "s2 drain-node s1",
    "s1 enable-node no",
    's2 change-members {"ID":"2"}',
    "s1 stop-node",
    "s2 forget-node s1",
    "s2 drain-node s2",
    "s2 enable-node no",
    's2 change-members {"targetID":"1"}',
    's2 change-members {"ID":"3"}',
    "s2 stop-node",
    "s2 forget-node s2",
  ]);
  expect(s2.variables("forget-node").ELSEWHERE).toBe(elsewhere.server);
  expect(s2.variables("stop-node")).toEqual({ OWNER: `e${made}/s2`, UNIT: "k3s", GONE: "yes" });
});

test("the last one stays where those elsewhere could not decide without it", async () => {
  told = { far: { declared: true, heard: false }, away: { declared: true }, s1: {} };
  const s1 = await machine("s1");
  const { message } = await refusal(destroyed(given([s1])));
  expect(message).toMatch(
    /^s1: taking s1 out of etcd: without s1 etcd would have 1 healthy of 2 voters \(far is not heard of\), and 2 are needed\n/,
  );
  expect(order).toEqual([]);
});

test("the last one that etcd does not let go has pods again, starts with its machine, and is not cleared", async () => {
  told = { far: { declared: true }, s1: {} };
  const s1 = await machine("s1");
  s1.answers["change-members"] = { code: 69, stderr: "etcd says too busy\n" };
  s1.answers["uninstall-node"] = {};
  const { message } = await refusal(destroyed(given([s1])));
  expect(message).toMatch(/^s1: taking s1 out of etcd: etcd says too busy\n/);
  expect(order).toEqual([
    ...["s1 drain-node s1", "s1 enable-node no", "s1 enable-node yes"],
    "s1 uncordon-node s1",
  ]);
  const remove = () =>
    host()
      .resource("Node")
      .delete(`e${made}/s1`, serverInputs(s1, { cluster: `e${made}` }));
  expect((await refusal(remove())).message).toMatch(/^s1: removing the node: its departure has failed\n/);
  expect(s1.scripts()).not.toContain("uninstall-node");
});

test("who has left before does not leave again when all is destroyed", async () => {
  told = { far: { declared: true }, s1: {} };
  const s1 = await machine("s1");
  await destroyed({ ...given([s1]), former: [{ name: "s9", connection: s1.connection, id: "9" }] });
  expect(order.at(-1)).toBe("s1 forget-node s1");
  expect(order.join()).not.toContain("s9");
});

test("one whose etcd does not run, or that is out of it already, is stopped, and forgotten by those elsewhere", async () => {
  told = { s1: { runs: false } };
  const [s1, a1] = [await machine("s1"), await machine("a1")];
  await destroyed(given([s1], [a1]));
  // Pods can go nowhere where nobody has a say.
  expect(order).toEqual(["a1 stop-node", "s1 forget-node a1", "s1 stop-node", "s1 forget-node s1"]);
  expect(host().engine.said(`elsewhere${made}`).join()).not.toContain("no voter of etcd yet");
});

test("the last one is left alone where its machine is another cluster's by now", async () => {
  told = { s1: {}, s2: { declared: true }, s3: { declared: true } };
  const s1 = await machine("s1");
  s1.answers["read-owner"] = { stdout: "other/s1\n" };
  await destroyed(given([s1]));
  expect(order).toEqual([]);
  const said = () => host().engine.said(`elsewhere${made}`).join();
  await until("it is told", () => said().includes("its machine holds other/s1 by now, and is left alone"));
});

test("one that cannot be reached is not let go, since it may be the way there", async () => {
  told = {};
  const { message } = await refusal(destroyed(given([await machines.unreachable("s1")])));
  expect(message).toMatch(
    /^s1: having it leave: .* refused the connection .*, so that nobody can tell whether it is dead\n/,
  );
  expect(host().engine.said(`elsewhere${made}`).join()).not.toContain("kubectl delete");
});

test("one that is said to be nowhere is told of: nobody else here may take it out", async () => {
  told = {};
  const { connection, ...s1 } = await machines.unreachable("s1");
  await destroyed(given([{ ...s1, connection: { ...connection, host: "s1.invalid" } }]));
  const said = () => host().engine.said(`elsewhere${made}`).join();
  await until("it is told", () => said().includes("kubectl delete node s1"));
  expect(said()).toContain("etcd there still counts it");
});

test("agents alone just end, and nobody is asked", async () => {
  const a1 = await machine("a1");
  await destroyed(given([], [a1]));
  expect(await departure().diff(given([], [a1]), given([]))).toBe(true);
  const said = "a1 will leave: no server is here that could tell the cluster, which keeps the node's object";
  await until("it is told", () => host().engine.said(`elsewhere${made}`).includes(said));
  await departure().update("d", given([], [a1]), given([]));
  expect(order).toEqual([]);
});

test("a cluster that was made here is destroyed without any order", async () => {
  told = { s1: {} };
  const s1 = await machine("s1");
  await destroyed({ ...given([s1]), elsewhere: undefined });
  expect(order).toEqual([]);
});

describe("where all servers are taken out of the manifest, and agents stay", () => {
  const judged = async (before: Props, after: Props) =>
    (await departure().check(before, after)).failures.map(({ reason }) => reason);

  test("they leave in order", async () => {
    told = { far: { declared: true }, s1: {} };
    const [s1, a1] = [await machine("s1"), await machine("a1")];
    expect(await judged(given([s1], [a1]), given([], [a1]))).toEqual([]);
    await departure().update("d", given([s1], [a1]), given([], [a1]));
    expect(order).toEqual([
      "s1 drain-node s1",
      "s1 enable-node no",
      's1 change-members {"ID":"2"}',
      "s1 stop-node",
      "s1 forget-node s1",
    ]);
  });

  test("a preview refuses what would cost those elsewhere their quorum, with the numbers", async () => {
    told = { far: { declared: true, heard: false }, away: { declared: true }, s1: {} };
    const s1 = await machine("s1");
    expect(await judged(given([s1]), given([]))).toEqual([
      expect.stringMatching(/^e\d+: removing servers: without s1 etcd would have 1 healthy of 2 voters/),
    ]);
    // Who stays has it judged by Membership.
    expect(await judged(given([s1]), given([s1]))).toEqual([]);
    expect(await judged({}, given([s1]))).toEqual([]);
  });
});
