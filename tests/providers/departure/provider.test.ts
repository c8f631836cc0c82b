import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const departure = () => host().resource("Departure");

const drain = { timeout: 90_000, emptyDirs: "delete" as const };
const member = ({ name, connection }: FakeMachine) => ({ name, connection });

/** What was done, in its order, on all machines of a test. */
let order: string[];
beforeEach(() => {
  order = [];
});

async function machine(name: string, told?: Record<string, Told | undefined>): Promise<FakeMachine> {
  const doing = (script: string) => (variables: Record<string, string>) => {
    const { NODE, BODY, ENABLED = "" } = variables;
    order.push([name, script, NODE ?? BODY ?? ENABLED].join(" ").trim());
    return {};
  };
  const scripts = [
    "drain-node",
    "stop-node",
    "forget-node",
    "change-members",
    "enable-node",
    "uncordon-node",
  ];
  const answers = Object.fromEntries(scripts.map((script) => [script, doing(script)]));
  // Whichever cluster a test is about.
  const owner = () => ({ stdout: `${cluster}/${name}\n` });
  return machines.machine(name, {
    ...answers,
    "read-owner": owner,
    ...(told ? { "read-member": etcd(name, told) } : {}),
  });
}

/** Lines are the cluster's: each test has its own. */
let made = 0;
let cluster = "";
function given(servers: FakeMachine[], agents: FakeMachine[], more: Props = {}): Props {
  return {
    ...{ cluster: `c${made}`, servers: servers.map(member), agents: agents.map(member), drain },
    ...{ row: rowFor(`leaving${made}`), ...more },
  };
}
beforeEach(() => {
  cluster = `c${++made}`;
});

const leave = (before: Props, after: Props) => departure().update("d", before, after);

test("an agent leaves without pods, stopped, and unknown to the API", async () => {
  const [s1, a1, a2] = [await machine("s1"), await machine("a1"), await machine("a2")];
  const before = given([s1], [a1, a2]);
  const after = given([s1], [a2]);
  expect(await departure().diff(before, after)).toBe(true);
  const said = "a1 will leave: pods go elsewhere, and the cluster forgets the node";
  await until("it is told", () => host().engine.said(`leaving${made}`).includes(said));
  const outs = await leave(before, after);
  expect(order).toEqual(["s1 drain-node a1", "a1 stop-node", "s1 forget-node a1"]);
  expect(a1.variables("stop-node")).toEqual({ OWNER: `c${made}/a1`, UNIT: "k3s-agent", GONE: "yes" });
  expect(outs).toMatchObject({ agents: [member(a2)] });
});

/** A machine whose host's name has no address any more. */
async function gone(name: string): Promise<FakeMachine> {
  const unreachable = await machines.unreachable(name);
  return { ...unreachable, connection: { ...unreachable.connection, host: `${name}.invalid` } };
}

test("one that cannot be reached leaves without what would wait for it", async () => {
  const [s1, a1] = [await machine("s1"), await gone("a1")];
  await leave(given([s1], [a1]), given([s1], []));
  expect(order).toEqual(["s1 forget-node a1"]);
});

test("one that only does not let this in is not taken to be dead", async () => {
  const told = { s1: {}, s2: {}, s3: {} };
  const [s1, s2] = [await machine("s1", told), await machine("s2", told)];
  const [s3, a1] = [await machines.unreachable("s3"), await machines.unreachable("a1")];
  for (const [before, after, name] of [
    [given([s1, s2, s3], []), given([s1, s2], []), "s3"],
    [given([s1, s2], [a1]), given([s1, s2], [], { cluster: "other" }), "a1"],
  ] as const) {
    cluster = String(after.cluster);
    expect((await refusal(leave(before, after))).message).toMatch(
      new RegExp(
        `^${name}: having it leave: .* refused the connection .*, so that nobody can tell whether it is dead\n` +
          " {2}next: .*; where it is gone for good, docs/leaving.md says how to have that seen$",
      ),
    );
  }
  expect(order).toEqual([]);
});

test("a server that nobody here reaches is not dead where the others have a line to it", async () => {
  const told: Record<string, Told | undefined> = { s1: {}, s2: {}, s3: {} };
  const [s1, s2, s3] = [await machine("s1", told), await machine("s2", told), await gone("s3")];
  const [before, after] = [given([s1, s2, s3], []), given([s1, s2], [])];
  expect((await refusal(leave(before, after))).message).toBe(
    "s3: taking s3 out of etcd: it cannot be reached from here, and is not dead: the other members of etcd have a line to it\n" +
      "  next: see what keeps this machine from reaching it, or stop k3s there, then run this again",
  );
  expect(order).toEqual([]);
  told.s3 = { heard: false };
  for (const one of [s1, s2]) one.answers["read-member"] = etcd(one.name, told);
  await leave(before, after);
  expect(order).toEqual(['s1 change-members {"ID":"3"}', "s1 forget-node s3"]);
});

test("a server that etcd does not let go starts with its machine again", async () => {
  const told = { s1: {}, s2: {}, s3: {} };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  (list[0] as FakeMachine).answers["change-members"] = { code: 69, stderr: "etcd says too busy\n" };
  const { message } = await refusal(leave(given(list, []), given(list.slice(0, 2), [])));
  expect(message).toMatch(/^s1: taking s3 out of etcd: etcd says too busy\n/);
  expect(order).toEqual([
    ...["s1 drain-node s3", "s3 enable-node no", "s3 enable-node yes"],
    "s1 uncordon-node s3",
  ]);
});

test("who cannot be stopped may have pods again, and the failure is told also where that fails", async () => {
  const [s1, a1] = [await machine("s1"), await machine("a1")];
  a1.answers["stop-node"] = { code: 1, stderr: "no\n" };
  const failed = /^a1: stopping a1: "stop-node" failed with exit code 1: no/;
  expect((await refusal(leave(given([s1], [a1]), given([s1], [])))).message).toMatch(failed);
  expect(order).toEqual(["s1 drain-node a1", "s1 uncordon-node a1"]);
  s1.answers["uncordon-node"] = { code: 69, stderr: "the API is gone\n" };
  const other = { cluster: `other${made}` };
  cluster = other.cluster;
  expect((await refusal(leave(given([s1], [a1], other), given([s1], [], other)))).message).toMatch(failed);
  await until("it is told", () =>
    host().engine.said(`leaving${made}`).join().includes("run kubectl uncordon a1"),
  );
});

test("a server that answers has it leave, where the first does not", async () => {
  const [s1, s2, a1] = [await machines.unreachable("s1"), await machine("s2"), await machine("a1")];
  await leave(given([s1, s2], [a1]), given([s1, s2], []));
  expect(order).toEqual(["s2 drain-node a1", "a1 stop-node", "s2 forget-node a1"]);
});

test("pods just end where they are not to go elsewhere", async () => {
  const [s1, a1] = [await machine("s1"), await machine("a1")];
  await leave(given([s1], [a1]), given([s1], [], { drain: undefined }));
  expect(order).toEqual(["a1 stop-node", "s1 forget-node a1"]);
});

test("pods that may not go keep their node in the cluster", async () => {
  const [s1, a1] = [await machine("s1"), await machine("a1")];
  s1.answers["drain-node"] = { code: 76, stderr: "default/web-1: no\n" };
  const { message, recorded } = await refusal(leave(given([s1], [a1]), given([s1], [])));
  expect(message).toMatch(/^s1: having the pods of a1 go elsewhere: default\/web-1: no\n/);
  expect(order).toEqual([]);
  // So that the next run has it leave.
  expect(recorded?.properties.agents).toEqual([member(a1)]);
});

test("a server leaves etcd before it is stopped, and is asked for by one that stays", async () => {
  const told = { s1: {}, s2: {}, s3: { leads: true } };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  const [s1, s2, s3] = list as [FakeMachine, FakeMachine, FakeMachine];
  await leave(given(list, []), given([s1, s2], []));
  expect(order).toEqual([
    "s1 drain-node s3",
    "s3 enable-node no",
    's3 change-members {"targetID":"1"}',
    's1 change-members {"ID":"3"}',
    "s3 stop-node",
    "s1 forget-node s3",
  ]);
  expect(s3.variables("stop-node").UNIT).toBe("k3s");
});

test("the first server leaves like any other", async () => {
  const told = { s1: {}, s2: { leads: true }, s3: {} };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  const [, s2, s3] = list as [FakeMachine, FakeMachine, FakeMachine];
  await leave(given(list, []), given([s2, s3], []));
  expect(order).toEqual([
    "s2 drain-node s1",
    "s1 enable-node no",
    's2 change-members {"ID":"1"}',
    "s1 stop-node",
    "s2 forget-node s1",
  ]);
});

test("several servers leave one after the other, each only where those who stay are enough", async () => {
  const names = ["s1", "s2", "s3", "s4", "s5"];
  const told: Record<string, Told | undefined> = Object.fromEntries(names.map((name) => [name, {}]));
  const list = await Promise.all(names.map((name) => machine(name, told)));
  // Etcd tells of who is left, each time it is asked.
  for (const one of list) {
    one.answers["read-member"] = () => etcd(one.name, told);
    const forget = one.answers["forget-node"] as (variables: Record<string, string>) => object;
    one.answers["forget-node"] = (variables) => {
      told[variables.NODE ?? ""] = undefined;
      // Then others fall ill.
      told.s1 = { health: false };
      told.s2 = { health: false };
      return forget(variables);
    };
  }
  const { message, recorded } = await refusal(leave(given(list, []), given(list.slice(0, 3), [])));
  expect(message).toMatch(/^s5: taking s5 out of etcd: without s5 etcd would have 1 healthy of 3 voters/);
  expect(order.filter((line) => line.includes("change-members"))).toEqual(['s1 change-members {"ID":"4"}']);
  expect(order).not.toContain("s5 stop-node");
  expect(recorded?.properties.servers).toHaveLength(5);
});

test("a server that was taken out of etcd by a run that was cut off goes on from there", async () => {
  const told = { s1: {}, s2: {}, s3: undefined };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  await leave(given(list, []), given(list.slice(0, 2), []));
  expect(order).toEqual(["s1 drain-node s3", "s3 stop-node", "s1 forget-node s3"]);
});

test("a server that joined in a run that failed leaves like any other, and once", async () => {
  const told = { s1: {}, s2: {}, s3: {} };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  const staying = list.slice(0, 2);
  const s3 = member(list[2] as FakeMachine);
  const [before, after] = [given(staying, []), given(staying, [], { former: [{ ...s3, id: "3" }] })];
  expect(await departure().diff(before, after)).toBe(true);
  await until("it is told", () => host().engine.said(`leaving${made}`).join().includes("s3 will leave"));
  const outs = await leave(before, after);
  expect(order).toEqual([
    "s1 drain-node s3",
    "s3 enable-node no",
    's1 change-members {"ID":"3"}',
    "s3 stop-node",
    "s1 forget-node s3",
  ]);
  order = [];
  await leave(outs, after);
  expect(order).toEqual([]);
  // It came and left again in runs that failed: etcd knows it as another member.
  const again = { ...after, former: [{ ...s3, id: "7" }] };
  expect(await departure().diff(outs, again)).toBe(true);
  await leave(outs, again);
  expect(order).toContain("s3 stop-node");
});

test("a server that joined before there was a departure leaves when that is made, and it is not made before", async () => {
  const told: Record<string, Told | undefined> = { s1: {}, s2: {}, s3: {} };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  const [s1, , s3] = list as [FakeMachine, FakeMachine, FakeMachine];
  const inputs = given(list.slice(0, 2), [], { former: [{ ...member(s3), id: "3" }] });
  const change = s1.answers["change-members"];
  s1.answers["change-members"] = { code: 69, stderr: "etcd says too busy\n" };
  const { message, recorded } = await refusal(departure().create(inputs));
  expect(message).toMatch(/^s1: taking s3 out of etcd: etcd says too busy\n/);
  expect(recorded).toBeUndefined();
  if (change) s1.answers["change-members"] = change;
  order = [];
  const { outs } = await departure().create(inputs);
  const left = ["s3 enable-node no", 's1 change-members {"ID":"3"}', "s3 stop-node", "s1 forget-node s3"];
  expect(order).toEqual(["s1 drain-node s3", ...left]);
  order = [];
  await leave(outs, inputs);
  expect(order).toEqual([]);
});

test("a server without which etcd could not decide stays, whatever the manifest says", async () => {
  const told = { s1: {}, s2: { health: false }, s3: {} };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name, told)));
  const { message } = await refusal(
    leave(given(list, []), given(list.slice(0, 2), [], { drain: undefined })),
  );
  expect(message).toBe(
    "s3: taking s3 out of etcd: without s3 etcd would have 1 healthy of 2 voters (s2 is not healthy), and 2 are needed\n" +
      "  next: bring s2 back, or take it out of the manifest, then run this again",
  );
  expect(order).toEqual([]);
});

test("of several servers each leaves by what etcd says then: the next stays where one has failed meanwhile", async () => {
  const told: Record<string, Told | undefined> = { s1: {}, s2: {}, s3: {}, s4: {}, s5: {} };
  const list = await Promise.all(Object.keys(told).map((name) => machine(name)));
  for (const one of list) one.answers["read-member"] = () => etcd(one.name, told);
  (list[0] as FakeMachine).answers["change-members"] = () => {
    order.push("etcd lets one go");
    Object.assign(told, { s2: { health: false }, s3: { health: false }, s4: undefined });
    return {};
  };
  const { message } = await refusal(
    leave(given(list, []), given(list.slice(0, 3), [], { drain: undefined })),
  );
  expect(message).toMatch(
    /^s5: taking s5 out of etcd: without s5 etcd would have 1 healthy of 3 voters \(s2 .*, s3 .*\), and 2 are needed\n/,
  );
  expect(order).toEqual([...["s4 enable-node no", "etcd lets one go", "s4 stop-node", "s1 forget-node s4"]]);
});

test("servers with a database of the user's just leave the API", async () => {
  const [s1, s2] = [await machine("s1", {}), await machine("s2", {})];
  await leave(given([s1, s2], []), given([s1], []));
  expect(order).toEqual(["s1 drain-node s2", "s2 stop-node", "s1 forget-node s2"]);
});

test("who comes is recorded, and nobody leaves; how nodes leave is no change", async () => {
  const [s1, a1] = [await machines.machine("s1"), await machines.machine("a1")];
  const { id, outs } = await departure().create(given([s1], []));
  expect(id).toBe(`c${made}/departure`);
  expect(outs).not.toHaveProperty("drain");
  expect(await departure().diff(outs, given([s1], [], { drain: undefined, atOnce: 7, after: ["x"] }))).toBe(
    false,
  );
  expect(await departure().diff(outs, given([s1], [a1]))).toBe(true);
  await leave(outs, given([s1], [a1]));
  expect([s1.ran, a1.ran]).toEqual([[], []]);
});
