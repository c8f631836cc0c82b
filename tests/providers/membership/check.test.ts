import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import type { FakeMachine } from "../fake-machine";
import type { Props } from "../provider-host";
import { current, given, healthy, newer, scene, version } from "./inputs";

const { machines, host, membership, servers, complaints } = scene();

describe("check", () => {
  test("of no server at all says that one is needed, whatever was before", async () => {
    const none = "a cluster needs at least one server; 3 or 5 keep it alive when one fails";
    expect(await complaints(undefined, given([]))).toEqual([none]);
    for (const more of [{}, { external: true }, { allowSingleServer: true }])
      expect(await complaints({ servers: ["s1", "s2"], version, ...more }, given([], more))).toEqual([
        `removing s1, s2 would leave 0 of 2 servers: ${none}; pulumi destroy removes a cluster`,
      ]);
  });

  test.each([1, 2, 3])(
    "of all of %i servers replaced in one edit is refused with the numbers",
    async (many) => {
      const names = Array.from({ length: many }, (_, index) => `old${index}`);
      const told = Object.fromEntries(names.map((name) => [name, {}]));
      const old = given(await servers(told));
      const [fresh] = await servers({ fresh: undefined });
      const needed = Math.floor(many / 2) + 1;
      expect(await complaints(old, given([fresh as FakeMachine], { allowSingleServer: true }))).toEqual([
        expect.stringContaining(
          `removing ${names.join(", ")} at once would leave 0 of ${many} voters, and ${needed} are needed: `,
        ),
      ]);
    },
  );

  test("of more removed at once than etcd lets go is refused with the numbers", async () => {
    const old = { servers: ["s1", "s2", "s3"], version };
    const [, , s3] = await servers({ s1: {}, s2: {}, s3: {} });
    expect(await complaints(old, given(s3 ? [s3] : []))).toEqual([
      "removing s1, s2 at once would leave 1 of 3 voters, and 2 are needed: remove at most 1 at a time",
    ]);
  });

  test("of more removed than etcd lets go is refused by who votes, also after an edit that came to nothing", async () => {
    const told = { s1: {}, s2: {}, s3: {}, s4: {}, s5: {} };
    const list = await servers(told);
    const last = { ...given(list.slice(0, 3)), former: given(list.slice(3)).members };
    expect(await complaints(last, given(list.slice(0, 2)))).toEqual([
      "removing s3, s4, s5 at once would leave 2 of 5 voters, and 3 are needed: remove at most 2 at a time",
    ]);
  });

  test("of a server removed that has never joined takes no vote away", async () => {
    const list = await servers({ s1: {}, s2: undefined });
    expect(await complaints(given(list), given(list.slice(0, 1)))).toEqual([]);
    const nowhere = await servers({ s1: undefined, s2: undefined, s3: undefined });
    expect(await complaints(given(nowhere), given(nowhere.slice(0, 1)))).toEqual([]);
    // Whoever cannot be asked may have one.
    const silent = await Promise.all(["s2", "s3"].map((name) => machines.unreachable(name)));
    const [s1] = nowhere as [FakeMachine];
    expect(await complaints(given([s1, ...silent]), given([s1]))).toHaveLength(1);
  });

  test("of one of two servers removed is refused unless a single one is what is wanted", async () => {
    const [s1] = await servers({ s1: {}, s2: { declared: true } });
    const old = { servers: ["s1", "s2"], version };
    const alone = [s1 as FakeMachine];
    expect(await complaints(old, given(alone))).toEqual([
      "removing s2 at once would leave 1 of 2 voters, and 2 are needed: " +
        "give another server before, or allowSingleServer: true where the one that stays is to be alone",
    ]);
    expect(await complaints(old, given(alone, { allowSingleServer: true }))).toEqual([]);
  });

  test.each<[string, string[], Record<string, Told | undefined>]>([
    ["nothing", ["s1", "s2", "s3"], healthy],
    ["a server more", ["s1", "s2"], { ...healthy, s2: {}, s3: undefined }],
    ["a server less", ["s1", "s2", "s3", "s4"], healthy],
  ])("of %s is fine where etcd is", async (_case, before, told) => {
    expect(await complaints({ servers: before, version }, given(await servers(told)))).toEqual([]);
  });

  test("of a server less is refused where those who stay are too few as they are", async () => {
    const list = await servers({
      s1: {},
      s2: { health: false, reason: "RAFT NO LEADER" },
      s3: { declared: false },
    });
    const staying = list.filter(({ name }) => name !== "s3");
    expect(await complaints({ servers: ["s1", "s2", "s3"], version }, given(staying))).toEqual([
      "prod: removing servers: without s3 etcd would have 1 healthy of 2 voters (s2 is not healthy (RAFT NO LEADER)), " +
        "and 2 are needed\n  next: bring s2 back, or take it out of the manifest, then run this again",
    ]);
  });

  test("of a cluster whose etcd has begun again, which was cut off and then taken back, asks for that", async () => {
    const list = await servers({ s1: { begun: true } });
    expect(await complaints({ servers: ["s1"], version }, given(list, { version: newer }))).toEqual([
      expect.stringMatching(
        /s1 has begun etcd again, which not all others have joined: give recover or restore back/,
      ),
    ]);
  });

  test("of a lost quorum is refused where the others are not there any more", async () => {
    const [s1] = await servers({ s1: { health: false }, s2: { declared: true }, s3: { declared: true } });
    const dead = await Promise.all(["s2", "s3"].map((name) => machines.unreachable(name)));
    const [complaint = ""] = await complaints(
      { servers: ["s1", "s2", "s3"], version },
      given([s1 as FakeMachine, ...dead]),
    );
    expect(complaint).toMatch(
      /^prod: looking at etcd: etcd has 0 healthy of 3 voters \(s1 is not healthy, s2 cannot be asked: .*refused.*, s3 cannot be asked: .*\), and 2 are needed\n {2}next: bring s1 or s2 or s3 back \(systemctl start k3s there\); where they are gone for good, /,
    );
  });

  test("of a lost quorum is a warning where enough machines still have their data, and may be started", async () => {
    const list = await servers({ s1: { health: false }, s2: { runs: false }, s3: {} });
    const inputs = { ...given(list), row: rowFor("stopped") };
    // One that is healthy while most are not is what partitions look like.
    expect(await complaints({ servers: ["s1", "s2", "s3"], version }, inputs)).toEqual([]);
    await until("it is told", () => host().engine.said("stopped").join().includes("etcd has 1 healthy of 3"));
  });

  test("of a newer version waits for etcd that looks for a leader", async () => {
    const ill = { health: false, reason: "RAFT NO LEADER" };
    const list = await servers(current);
    for (const one of list)
      one.answers["read-member"] = [etcd(one.name, { s1: ill, s2: ill, s3: ill }), etcd(one.name, current)];
    expect(
      await complaints({ servers: ["s1", "s2", "s3"], version }, given(list, { version: newer })),
    ).toEqual([]);
  });

  test("of any other version is fine before a node runs it: that is a node's to say", async () => {
    const list = await servers({ s1: undefined });
    for (const to of ["v1.33.2+k3s1", "v1.35.0+k3s1"])
      expect(await complaints({ servers: ["s1"], version }, given(list, { version: to }))).toEqual([]);
  });

  test("of a newer version asks for a whole etcd, and for one that the new one can take over", async () => {
    const old = { servers: ["s1", "s2", "s3"], version };
    const ill = await servers({ s1: {}, s2: {}, s3: { health: false, reason: "ALARM NOSPACE" } });
    expect(await complaints(old, given(ill, { version: "v1.33.4+k3s1" }))).toEqual([
      "prod: upgrading: etcd is not whole: s3 is not healthy (ALARM NOSPACE)\n" +
        "  next: bring s3 back, or take it out of the manifest, then run this again",
    ]);
    const list = await servers({
      s1: { version: "3.5.26" },
      s2: { version: "3.5.21" },
      s3: { version: "3.6.0" },
    });
    expect(await complaints(old, given(list, { version: newer }))).toEqual([
      "prod: upgrading: v1.34.1+k3s1 takes over the data of etcd 3.5.26 or newer alone, and there is s2 3.5.21\n" +
        "  next: go to the newest patch of the minor release that the cluster runs first",
    ]);
    expect(await complaints(old, given(list, { version: "v1.33.4+k3s1" }))).toEqual([]);
    const before = { ...old, version: "v1.32.0+k3s1" };
    expect(await complaints(before, given(list, { version: newer }))).toEqual([]);
  });

  test("of whatever else is refused while etcd raises an alarm, which is named with whose it is", async () => {
    const ill = { health: false, reason: "ALARM NOSPACE" };
    const list = await servers({ s1: ill, s2: ill, s3: { ...ill, alarm: "NOSPACE" } });
    const old = { servers: ["s1", "s2", "s3"], version };
    const told =
      "prod: looking at etcd: etcd raises the alarm NOSPACE of s3, and takes nothing that is written until that is taken back\n" +
      "  next: run systemctl restart k3s on s3, which frees what was deleted and takes the alarm back (docs/quorum.md)";
    expect(await complaints(old, given(list))).toEqual([told]);
    expect(await complaints(old, given(list, { version: newer }))).toEqual([told]);
  });

  test("of whatever else is refused while etcd raises an alarm of a member that was taken out", async () => {
    const ill = { health: false, reason: "ALARM NOSPACE" };
    const list = await servers({ s1: ill, s2: ill, s3: { ...ill, alarm: "NOSPACE", listed: false } });
    const left = list.slice(0, 2);
    expect(await complaints({ servers: ["s1", "s2"], version }, given(left))).toEqual([
      expect.stringMatching(
        /alarm NOSPACE of a member that is gone, [\s\S]*next: take that of .* back by etcdctl alarm disarm on a server/,
      ),
    ]);
  });

  test("of a newer version is no matter to a learner that never started", async () => {
    const told = { s1: {}, s2: {}, s3: {}, x: { unnamed: true, learner: true, heard: false } };
    const list = (await servers(told)).slice(0, 3);
    const old = { servers: ["s1", "s2", "s3"], version };
    expect(await complaints(old, given(list, { version: "v1.33.4+k3s1" }))).toEqual([]);
    const heard = { ...told, x: { unnamed: true, learner: true } };
    for (const one of list) one.answers["read-member"] = etcd(one.name, heard);
    expect(await complaints(old, given(list, { version: "v1.33.4+k3s1" }))).toEqual([
      expect.stringContaining("etcd is not whole: a new member (https://x:2380) is not a voter yet"),
    ]);
  });

  test("of servers less is etcd's alone to judge where there are others elsewhere", async () => {
    const told = { s1: {}, s2: { declared: true }, far: { declared: true }, away: { declared: true } };
    const [s1] = await servers(told);
    const inputs = given([s1 as FakeMachine], { elsewhere: true });
    expect(await complaints({ servers: ["s1", "s2"], version }, inputs)).toEqual([]);
    const few = { s1: {}, s2: { declared: true }, far: { declared: true, heard: false } };
    (s1 as FakeMachine).answers["read-member"] = etcd("s1", few);
    expect(await complaints({ servers: ["s1", "s2"], version }, inputs)).toEqual([
      expect.stringContaining(
        "removing servers: without s2 etcd would have 1 healthy of 2 voters (far is not heard of), and 2 are needed",
      ),
    ]);
  });

  test("of servers less counts those elsewhere as they who stay, and guesses nothing where etcd does not tell", async () => {
    const names = ["s2", "s3", "far"].map((name) => [name, { declared: true }]);
    const [s1] = await servers({ s1: {}, ...Object.fromEntries(names) });
    const inputs = given([s1 as FakeMachine], { elsewhere: true });
    const old = { servers: ["s1", "s2", "s3"], version, elsewhere: true };
    expect(await complaints(old, inputs)).toEqual([
      "removing s2, s3 at once would leave 2 of 4 voters, and 3 are needed: remove at most 1 at a time",
    ]);
    (s1 as FakeMachine).answers["read-member"] = etcd("s1", { s1: undefined });
    expect(await complaints(old, inputs)).toEqual([]);
    expect(await complaints({ ...old, elsewhere: undefined }, given([s1 as FakeMachine]))).toHaveLength(1);
  });

  test("of a lost quorum asks for no setting that is refused where others are elsewhere", async () => {
    const [s1] = await servers({ s1: { health: false }, far: { declared: true, heard: false } });
    const inputs = given([s1 as FakeMachine], { elsewhere: true });
    const [complaint = ""] = await complaints({ servers: ["s1"], version, elsewhere: true }, inputs);
    expect(complaint).toMatch(/^prod: looking at etcd: etcd has 0 healthy of 2 voters /);
    expect(complaint).toContain("k3s server --cluster-reset --server=");
    expect(complaint).not.toContain("recover:");
  });

  test.each([
    ["comes", {}, { elsewhere: true }],
    ["goes", { elsewhere: true }, {}],
    ["is", { elsewhere: true }, { elsewhere: true }],
  ])("of other tokens is refused where a cluster elsewhere %s", async (_case, before, now) => {
    const list = await servers(healthy);
    const old = { servers: ["s1", "s2", "s3"], version, ...before };
    expect(await complaints(old, given(list, { rotate: "2", ...now }))).toEqual([
      "tokens are not rotated where join is, comes or goes: nodes that are there stay in their cluster; change one of both back",
    ]);
    expect(await complaints(old, given(list, now))).toEqual([]);
  });

  test("asks nobody where there is no cluster yet, nor where servers have no vote", async () => {
    const list = await Promise.all(["s1", "s2"].map((name) => machines.machine(name)));
    expect(await complaints(undefined, given(list))).toEqual([]);
    const external = { servers: ["s1", "s2", "s3"], version, external: true };
    expect(await complaints(external, given(list.slice(0, 1), { external: true }))).toEqual([]);
  });
});

describe("who was a server and may be a member of etcd", () => {
  const reached = ({ name, connection }: FakeMachine) => ({ name, connection });
  const formerIn = async (old: Props, inputs: Props) => (await membership().check(old, inputs)).inputs.former;

  test("is known from the last run, also from one that failed, until etcd knows nobody of that name", async () => {
    const told: Record<string, Told | undefined> = { ...healthy, s4: { declared: true }, s5: undefined };
    const list = await servers(told);
    const [staying, s4] = [list.slice(0, 3), list[3] as FakeMachine];
    const old = given([...staying, s4]);
    const former = [{ ...reached(s4), id: "4" }];
    const next = given(staying);
    expect(await formerIn(old, next)).toEqual(former);
    // What leaves it in a run that fails is there for the next one, whatever that is to change.
    const other = given(list.filter((one) => one !== s4));
    expect(await formerIn({ ...next, former }, other)).toEqual(former);
    told.s4 = undefined;
    for (const one of staying) one.answers["read-member"] = etcd(one.name, told);
    expect(await formerIn({ ...next, former }, other)).toEqual([]);
    // Of nothing but this there is no change to tell.
    expect(await formerIn({ ...next, former }, next)).toEqual(former);
  });

  test("is everybody who was one where etcd runs nowhere, and nobody lists its members", async () => {
    const list = await servers({ s1: { runs: false }, s2: { runs: false }, s3: { runs: false } });
    const old = given(list);
    expect(await formerIn({ ...old, row: rowFor("nowhere") }, given(list.slice(0, 2)))).toEqual([
      reached(list[2] as FakeMachine),
    ]);
  });

  test("is everybody who was one where servers have no vote", async () => {
    const list = await Promise.all(["s1", "s2"].map((name) => machines.machine(name)));
    const [s1, s2] = list as [FakeMachine, FakeMachine];
    const external = { external: true };
    expect(await formerIn(given(list, external), given([s1], external))).toEqual([reached(s2)]);
  });
});
