import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { serverInputs } from "../node/inputs";
import { refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const elsewhere = "https://10.0.0.9:6443";

/** Each test has a cluster of its own, and no Departure: the run that would have made it failed. */
let cluster = "";
let made = 0;
beforeEach(() => {
  cluster = `alone${++made}`;
});

const remove = (server: FakeMachine, more = {}) =>
  host()
    .resource("Node")
    .delete(`${cluster}/${server.name}`, {
      ...serverInputs(server, { cluster, join: elsewhere, elsewhere, ...more }),
      row: rowFor(cluster),
    });

const scripts = ["enable-node", "change-members", "stop-node", "forget-node", "uninstall-node"];

async function machine(told: Record<string, Told | undefined>): Promise<FakeMachine> {
  const answers = Object.fromEntries(scripts.map((script) => [script, {}]));
  const owner = { stdout: `${cluster}/s1\n` };
  return machines.machine("s1", { ...answers, "read-owner": owner, "read-member": etcd("s1", told) });
}

const done = (server: FakeMachine) => server.scripts().filter((script) => scripts.includes(script));
const says = (words: string) => until("it is told", () => host().engine.said(cluster).join().includes(words));

test("a server takes itself out of etcd elsewhere before it is cleared, and that is told", async () => {
  const s1 = await machine({ far: { declared: true }, s1: {} });
  await remove(s1);
  expect(done(s1)).toEqual(scripts);
  expect(s1.variables("change-members")).toEqual({
    PATH_OF: "cluster/member/remove",
    BODY: JSON.stringify({ ID: "2" }),
  });
  expect(s1.variables("forget-node")).toMatchObject({ NODE: "s1", ELSEWHERE: elsewhere });
  await says("s1 joined in a run that failed, and leaves the cluster elsewhere by itself");
});

test("one without which those elsewhere could not decide stays, and is not cleared", async () => {
  const s1 = await machine({ far: { declared: true, heard: false }, away: { declared: true }, s1: {} });
  expect((await refusal(remove(s1))).message).toMatch(
    /^s1: taking s1 out of etcd: without s1 etcd would have 1 healthy of 2 voters /,
  );
  expect(done(s1)).toEqual([]);
});

test.each([
  ["healthy", { learner: true }],
  ["slow", { learner: true, health: false, reason: "no answer within 3 s", version: "" }],
])(
  "one that learns, and is %s, changes nothing in etcd, and who takes it out is told",
  async (_case, its) => {
    const s1 = await machine({ far: { declared: true }, s1: its });
    await remove(s1);
    expect(done(s1)).toEqual(["stop-node", "forget-node", "uninstall-node"]);
    expect(s1.scripts().filter((script) => script === "read-member")).toHaveLength(1);
    await says("s1 was no voter of etcd yet: k3s elsewhere takes it out");
  },
);

test("one that has no member just ends, and so does one of a cluster that was made here", async () => {
  const none = await machine({ s1: undefined });
  await remove(none);
  expect(done(none)).toEqual(["uninstall-node"]);
  const own = await machine({ s1: {}, s2: {} });
  await remove(own, { elsewhere: undefined });
  expect(done(own)).toEqual(["uninstall-node"]);
});

test("one that cannot be asked may still be counted, which names the command", async () => {
  const s1 = await machine({});
  s1.answers["read-member"] = { code: 1 };
  await remove(s1);
  expect(done(s1)).toEqual(["uninstall-node"]);
  await says("kubectl delete node s1");
  await says("etcd there may still count it");
});

test.each([
  ["another cluster's", "other/s1\n", "its machine holds other/s1 by now"],
  ["nobody's that is known", "", "its machine holds no node of ours by now"],
])("one whose machine is %s by now leaves nothing, and is told of", async (_case, stdout, words) => {
  const s1 = await machine({ s1: {}, s2: { declared: true }, s3: { declared: true } });
  s1.answers["read-owner"] = { stdout };
  await remove(s1);
  // Which leaves what is another's alone by itself.
  expect(done(s1)).toEqual(["uninstall-node"]);
  await says(words);
  expect(host().engine.said(cluster).join()).not.toContain("leaves the cluster elsewhere by itself");
});
