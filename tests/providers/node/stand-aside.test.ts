import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { caHash, pinned, serverInputs, url } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const node = () => host().resource("Node");

const fine = {
  "find-cluster": { stdout: `${caHash} prod/s1\n` },
  "install-node": { stdout: "restarted\n" },
  "node-ready": {},
  "change-members": {},
  "uncordon-node": {},
  "set-node": {},
  "read-node": { stdout: 'unit=active enabled\nnode={"metadata":{},"spec":{}}\n' },
};

/** Servers as etcd on them tells; the first is the one that is to be changed. */
async function servers(told: Record<string, Told | undefined>): Promise<FakeMachine[]> {
  return Promise.all(
    Object.keys(told).map((name) => machines.machine(name, { ...fine, "read-member": etcd(name, told) })),
  );
}

/** A row of its own each time: what it says is told by that. */
let row = 0;
function given([own, ...others]: FakeMachine[], more: Props = {}): Props {
  const peers = others.map(({ name, connection }) => ({ name, connection }));
  const inputs = serverInputs(own as FakeMachine, { join: url, token: pinned, peers, cluster: `c${++row}` });
  return { ...inputs, row: rowFor(`aside${row}`), ...more };
}

const said = () => host().engine.said(`aside${row}`);
const update = (inputs: Props, more: Props) => node().update("prod/s1", inputs, { ...inputs, ...more });
const another = { version: "v1.33.4+k3s1" };

test("a server restarts where the others are healthy voters, and has one of them lead if it leads", async () => {
  const list = await servers({ s1: { leads: true }, s2: {}, s3: {} });
  await update(given(list), another);
  expect(list[0]?.scripts()).toEqual([
    ...["find-cluster", "read-member", "change-members", "install-node", "node-ready"],
  ]);
  // Its own API has just started.
  expect(list[1]?.scripts()).toEqual(["read-member", "uncordon-node"]);
  expect(list[0]?.variables("change-members")).toEqual({
    PATH_OF: "maintenance/transfer-leadership",
    BODY: '{"targetID":"2"}',
  });
  await until("it is told", () => said().includes("having s2 lead etcd"));
});

test("one that does not lead leaves it so, and one that leads nobody, too", async () => {
  const three = await servers({ s2: {}, s1: { leads: true }, s3: {} });
  await update(given(three), another);
  const alone = await servers({ s1: { leads: true } });
  await update(given(alone), another);
  for (const [machine] of [three, alone]) expect(machine?.scripts()).not.toContain("change-members");
});

test("a leader that cannot be moved is a warning: etcd looks for one by itself", async () => {
  const list = await servers({ s1: { leads: true }, s2: {}, s3: {} });
  (list[0] as FakeMachine).answers["change-members"] = { code: 69, stderr: "etcd says not now\n" };
  await update(given(list), another);
  const warning = "etcd will look for another leader by itself: s1: having s2 lead etcd: etcd says not now";
  await until("it is told", () => said().includes(warning));
});

test("a server waits for another to be a healthy voter before it restarts", async () => {
  const list = await servers({ s1: {}, s2: { leads: true }, s3: { learner: true } });
  const [s1] = list as [FakeMachine];
  const learning = etcd("s1", { s1: {}, s2: { leads: true }, s3: { learner: true } });
  s1.answers["read-member"] = [learning, etcd("s1", { s1: {}, s2: { leads: true }, s3: {} })];
  await update(given(list), another);
  expect(s1.scripts().slice(0, 4)).toEqual(["find-cluster", "read-member", "read-member", "install-node"]);
  await until("it is told", () => said().includes("waiting: s3 is not a voter yet"));
});

test.each<[string, Record<string, Told | undefined>, string[]]>([
  [
    "may be away where those are enough",
    { s1: {}, s2: {}, s3: {}, s4: {}, s5: { health: false } },
    ["install-node"],
  ],
  ["may be away where it is itself in trouble", { s1: { runs: false }, s2: {}, s3: {} }, ["install-node"]],
])("a server %s", async (_case, told, then) => {
  const list = await servers(told);
  await update(given(list), { ...another, patience: 300 });
  expect(list[0]?.scripts()).toEqual(expect.arrayContaining(then));
});

test("a server without which etcd could not decide is left alone", async () => {
  const list = await servers({ s1: {}, s2: {}, s3: { health: false, reason: "RAFT NO LEADER" } });
  const { message, recorded } = await refusal(update(given(list), { ...another, patience: 300 }));
  expect(message).toBe(
    "s1: waiting until etcd can do without it: while s1 is away etcd would have 1 healthy of 3 voters " +
      "(s3 is not healthy (RAFT NO LEADER)), and 2 are needed\n" +
      "  next: bring s3 back, or take it out of the manifest, then run this again",
  );
  expect(list[0]?.scripts()).not.toContain("install-node");
  expect(recorded?.properties.version).toBe("v1.33.3+k3s1");
});

test("a server is left alone while etcd raises an alarm, also where it is its own", async () => {
  const ill = { health: false, reason: "ALARM NOSPACE" };
  const list = await servers({ s1: { ...ill, alarm: "NOSPACE" }, s2: ill, s3: ill });
  const { message } = await refusal(update(given(list), another));
  expect(message).toMatch(
    /^s1: waiting until etcd can do without it: etcd raises the alarm NOSPACE of s1, .*\n {2}next: run systemctl restart k3s on s1/,
  );
  expect(list[0]?.scripts()).not.toContain("install-node");
});

test("a change that restarts nothing asks etcd nothing", async () => {
  const list = await servers({ s1: {}, s2: { health: false }, s3: { health: false } });
  await update(given(list), { config: { ...(given(list).config as object), labels: { tier: "web" } } });
  expect(list.flatMap((machine) => machine.scripts())).not.toContain("read-member");
});

test("a setting that k3s does not start with is taken back, and the failure says so", async () => {
  const [s1] = await servers({ s1: {} });
  const answers = [{ code: 1, stderr: "the unit ends again and again\n" }, {}];
  Object.assign(s1?.answers ?? {}, { "node-ready": answers, journal: { stdout: "fatal: no such flag\n" } });
  const inputs = given([s1 as FakeMachine]);
  const wrong = { config: { ...(inputs.config as object), extra: { "no-such-flag": true } } };
  const { message, recorded } = await refusal(update(inputs, wrong));
  expect(message).toBe(
    "s1: starting k3s: the unit ends again and again\n  | fatal: no such flag\n" +
      "  next: correct the cause (journalctl -u k3s on s1 shows all of it), then run this again\n" +
      "  now: it runs again, with what it ran with before",
  );
  const configs = (s1 as FakeMachine).ran
    .filter(({ script }) => script === "install-node")
    .map(({ variables }) => variables.CONFIG?.includes("no-such-flag"));
  expect(configs).toEqual([true, false]);
  expect(recorded?.properties.config).toEqual(inputs.config);
  // One that ran before has no reason to end twice; one that is made may have to wait for others.
  const restarts = (s1 as FakeMachine).ran.flatMap(({ variables }) => variables.RESTARTS ?? []);
  expect(restarts).toEqual(["2", "3"]);
});

test("where what was before does not start either, both are said", async () => {
  const [s1] = await servers({ s1: {} });
  const again = { code: 1, stderr: "the unit ends again and again\n" };
  Object.assign(s1?.answers ?? {}, { "node-ready": again, journal: {} });
  const inputs = given([s1 as FakeMachine]);
  const { message } = await refusal(update(inputs, { environment: "A=1" }));
  expect(message).toMatch(
    /\n {2}now: it was to run with what it ran with before, and does not: s1: starting k3s: the unit ends again and again$/,
  );
});

test("an upgrade is not taken back: its data may be the newer version's already", async () => {
  const [s1] = await servers({ s1: {} });
  const again = { code: 1, stderr: "the unit ends again and again\n" };
  Object.assign(s1?.answers ?? {}, { "node-ready": again, journal: {} });
  const inputs = given([s1 as FakeMachine]);
  const { message, recorded } = await refusal(update(inputs, { ...another, environment: "A=1" }));
  expect(message).not.toContain("now:");
  expect(s1?.scripts().filter((script) => script === "install-node")).toHaveLength(1);
  // So that the next run does it again.
  expect(recorded?.properties.version).toBe(inputs.version);
});

describe("who joins as a server", () => {
  test("takes the place of one of its name that is dead, which etcd and the API forget", async () => {
    const told = { s3: undefined, s1: {}, s2: {}, former: {} };
    const list = await servers(told);
    const members = { s1: {}, s2: {}, s3: { heard: false } };
    const [s3, s1, s2] = list as [FakeMachine, FakeMachine, FakeMachine];
    Object.assign(s1.answers, { "read-member": etcd("s1", members), "forget-node": {} });
    Object.assign(s2.answers, { "read-member": etcd("s2", members) });
    Object.assign(s3.answers, { "find-cluster": {}, "check-token": {} });
    await node().create(given([s3, s1, s2]));
    expect(s1.variables("change-members")).toEqual({ PATH_OF: "cluster/member/remove", BODY: '{"ID":"3"}' });
    expect(s1.variables("forget-node")).toEqual({ NODE: "s3", MACHINE_ID: "", DEAD: "no" });
    expect(s3.scripts()).toEqual(["check-token", "find-cluster", "install-node"]);
  });

  test("is itself where a run that was cut off has started it already", async () => {
    const members = { s1: {}, s2: {}, s3: {} };
    const list = (await servers({ s3: undefined, s1: {}, s2: {} })) as [
      FakeMachine,
      FakeMachine,
      FakeMachine,
    ];
    for (const peer of list.slice(1)) peer.answers["read-member"] = etcd(peer.name, members);
    list[0].answers["check-token"] = {};
    await node().create(given(list));
    expect(list[0].scripts()).toEqual(["check-token", "find-cluster", "install-node"]);
    expect(list[1].scripts()).not.toContain("change-members");
  });

  test("is refused where another machine is that server, and votes", async () => {
    const members = { s1: {}, s2: {}, s3: {} };
    const [s3, s1, s2] = (await servers({ s3: undefined, s1: {}, s2: {} })) as [
      FakeMachine,
      FakeMachine,
      FakeMachine,
    ];
    Object.assign(s1.answers, { "read-member": etcd("s1", members) });
    Object.assign(s2.answers, { "read-member": etcd("s2", members) });
    Object.assign(s3.answers, { "check-token": {}, "find-cluster": {} });
    const { message, recorded } = await refusal(node().create(given([s3, s1, s2])));
    expect(message).toBe(
      "s3: joining the cluster: another machine is server s3, and etcd works there\n" +
        "  next: give this machine a name of its own, or remove the other server first",
    );
    expect(recorded).toBeUndefined();
    expect(s3.scripts()).toEqual(["check-token", "find-cluster"]);
  });
});
