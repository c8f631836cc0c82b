import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines, held } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const membership = () => host().resource("Membership");

const version = "v1.33.3+k3s1";
const newer = "v1.34.1+k3s1";

/** Servers by what etcd on them says. */
async function servers(told: Record<string, Told | undefined>): Promise<FakeMachine[]> {
  return Promise.all(
    Object.keys(told).map((name) => machines.machine(name, { "read-member": etcd(name, told) })),
  );
}

function given(members: FakeMachine[], more: Props = {}): Props {
  return {
    ...{ cluster: "prod", version, token: "new-t0ken", agentToken: "new-agent-t0ken" },
    ...{ servers: members.map(({ name }) => name) },
    ...{ members: members.map(({ name, connection }) => ({ name, connection })), releases: [] },
    ...more,
  };
}

async function complaints(old: Props | undefined, inputs: Props): Promise<string[]> {
  const { failures } = await membership().check(old, inputs);
  expect(failures.map(({ property }) => property)).toEqual(failures.map(() => ""));
  return failures.map(({ reason }) => reason);
}

// Etcd that is ill for a moment is given some seconds.
jest.setTimeout(30_000);

const healthy = { s1: {}, s2: {}, s3: {} };
/** Whose etcd may go to the next minor release of k3s. */
const current = { s1: { version: "3.5.26" }, s2: { version: "3.5.26" }, s3: { version: "3.5.26" } };

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

test("who is a server, and what they run, is recorded; how they are reached is no change of it", async () => {
  const list = await servers(current);
  const { id, outs } = await membership().create(given(list));
  expect(outs).toEqual({ servers: ["s1", "s2", "s3"], version, __provider: expect.anything() });
  expect(id).toBe("membership");
  expect(await membership().diff(outs, given(list))).toBe(false);
  expect(await membership().diff(outs, given(list, { allowSingleServer: true }))).toBe(false);
  expect(await membership().diff(outs, given(list.slice(0, 2)))).toBe(true);
  expect(await membership().diff(outs, given(list, { version: newer }))).toBe(true);
});

describe("a look at what changes, after an update that has failed", () => {
  const before = { servers: ["s1", "s2", "s3"], version };
  const ill = { ...healthy, s3: { health: false, reason: "ALARM NOSPACE" } };

  test("refuses an etcd that is not whole, as the look at the inputs would if it knew what is in the state", async () => {
    const list = await servers(ill);
    const upgrade = given(list, { version: newer });
    // What was asked for last is what is asked for now.
    expect(await complaints(upgrade, upgrade)).toEqual([]);
    expect((await refusal(membership().diff(before, upgrade))).message).toMatch(
      /^prod: upgrading: etcd is not whole: s3 is not healthy \(ALARM NOSPACE\)\n {2}next: bring s3 back, /,
    );
    const turn = given(list, { rotate: "2" });
    expect((await refusal(membership().diff(before, turn))).message).toMatch(
      /^prod: rotating the tokens: etcd is not whole: s3 /,
    );
  });

  test("lets go on who has still to take out of etcd what keeps it from being whole", async () => {
    const [s1, s2] = (await servers(ill)) as [FakeMachine, FakeMachine];
    expect(await membership().diff(before, given([s1, s2], { version: "v1.33.4+k3s1" }))).toBe(true);
    expect(await complaints(before, given([s1, s2], { version: "v1.33.4+k3s1" }))).toEqual([]);
  });

  test("asks nobody where only the servers change, have no vote, or etcd is to begin again first", async () => {
    const list = await servers(ill);
    const recover = { from: "s1", confirm: "1f6c6a3e-3a4f-4a37-9f5e-6a2a3c1c9b1e" };
    for (const inputs of [
      given(list.slice(0, 2)),
      given(list, { version: newer, external: true }),
      given(list, { version: newer, recover }),
    ])
      expect(await membership().diff(before, inputs)).toBe(true);
    expect(list.flatMap((machine) => machine.scripts())).toEqual([]);
  });
});

describe("update", () => {
  test("of a version has it fetched everywhere and etcd saved before anything else", async () => {
    const list = await servers(current);
    const [a1, a2] = [await machines.machine("a1"), await machines.machine("a2")];
    const order: string[] = [];
    const noting =
      (what: string, stdout = "") =>
      () => {
        order.push(what);
        return { stdout };
      };
    for (const machine of [...list, a1])
      Object.assign(machine.answers, {
        stage: noting("fetched", `${"5".repeat(64)}\n`),
        "save-snapshot": noting(`saved on ${machine.name}`, "/snapshots/before\n"),
        "read-version": { stdout: `${version}\n` },
      });
    const releases = [...list, a1, a2].map(({ name, connection }) => ({
      ...{ name, connection, version: newer, release: "https://mirror", images: true },
    }));
    const inputs = { ...given(list, { version: newer, releases }), row: rowFor("prepares") };
    await membership().update("membership", { servers: ["s1", "s2", "s3"], version }, inputs);
    expect(order).toEqual(["fetched", "fetched", "fetched", "fetched", "saved on s1"]);
    expect(a1.variables("stage")).toEqual({
      VERSION: newer,
      BASE: "https://mirror",
      IMAGES: "yes",
      PROXY: "",
    });
    // It comes in the same edit: its hooks have not run yet.
    expect(a2.ran).toEqual([]);
    const said = "etcd of v1.33.3+k3s1 is saved on s1: /snapshots/before";
    await until("it is told", () => host().engine.said("prepares").includes(said));
  });

  test("of a version has members of etcd fetch it one after the other, and agents meanwhile", async () => {
    const list = await servers(current);
    const a1 = await machines.machine("a1", {});
    const order: string[] = [];
    const agent = held({ stdout: "5\n" });
    const release = { version: newer, release: "https://mirror", images: false };
    for (const machine of [...list, a1]) {
      machine.answers["read-version"] = { stdout: `${version}\n` };
      machine.answers["save-snapshot"] = { stdout: "/snapshots/before\n" };
      machine.answers.stage = async () => {
        order.push(`${machine.name} begins`);
        // Until the agent has begun, which need not wait for any of them.
        if (machine === a1) agent.release();
        const reply = await agent.answer();
        order.push(`${machine.name} ends`);
        return reply;
      };
    }
    const releases = [...list, a1].map(({ name, connection }) => ({ name, connection, ...release }));
    await membership().update(
      "membership",
      { servers: ["s1", "s2", "s3"], version },
      given(list, { version: newer, releases }),
    );
    expect(order.filter((line) => !line.startsWith("a1"))).toEqual(
      ["s1", "s2", "s3"].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  test("of a version is refused by what was there before, whatever was asked for since", async () => {
    const ill = await servers({ s1: {}, s2: {}, s3: { health: false, reason: "ALARM NOSPACE" } });
    const { message, recorded } = await refusal(
      membership().update(
        "membership",
        { servers: ["s1", "s2", "s3"], version },
        given(ill, { version: newer }),
      ),
    );
    expect(message).toMatch(/^prod: upgrading: etcd is not whole: s3 is not healthy \(ALARM NOSPACE\)\n/);
    expect(recorded?.properties.version).toBe(version);
  });

  test("of a version fails where one machine cannot fetch it, and nothing is saved", async () => {
    const list = await servers(current);
    const fine = { stage: { stdout: "5\n" }, "read-version": { stdout: `${version}\n` } };
    for (const machine of list) Object.assign(machine.answers, fine);
    (list[1] as FakeMachine).answers.stage = { code: 69, stderr: "no way\n" };
    const releases = list.map(({ name, connection }) => ({
      ...{ name, connection, version: newer, release: "https://mirror", images: false },
    }));
    const inputs = given(list, { version: newer, releases });
    const { message, recorded } = await refusal(
      membership().update("membership", { servers: ["s1", "s2", "s3"], version }, inputs),
    );
    expect(recorded?.properties.version).toBe(version);
    expect(message).toMatch(
      /^s2: fetching k3s v1\.34\.1\+k3s1: no way\n {2}next: check that the machine reaches/,
    );
  });

  test("takes who is dead and declared no more out of etcd before another joins", async () => {
    const told = { s1: {}, s2: {}, s3: { declared: true, heard: false }, s4: undefined };
    const list = (await servers(told)).filter(({ name }) => name !== "s3");
    const [s1] = list;
    Object.assign(s1?.answers ?? {}, { "change-members": {}, "forget-node": {} });
    await membership().update("membership", { servers: ["s1", "s2", "s3"], version }, given(list));
    expect(s1?.variables("change-members")).toEqual({
      PATH_OF: "cluster/member/remove",
      BODY: JSON.stringify({ ID: "3" }),
    });
    expect(s1?.variables("forget-node")).toMatchObject({ NODE: "s3" });
  });

  test("takes a learner that never started out of etcd before another joins, and leaves one alone that is heard of", async () => {
    const learner = { unnamed: true, learner: true };
    const [s1, s2] = (await servers({ s1: {}, s2: {}, x: { ...learner, heard: false } })) as [
      FakeMachine,
      FakeMachine,
    ];
    s1.answers["change-members"] = {};
    await membership().update("membership", { servers: ["s1"], version }, given([s1, s2]));
    expect(s1.variables("change-members")).toEqual({ PATH_OF: "cluster/member/remove", BODY: '{"ID":"3"}' });
    expect(s1.scripts().filter((script) => script === "change-members")).toHaveLength(1);

    const [t1, t2] = (await servers({ s1: {}, s2: {}, x: learner })) as [FakeMachine, FakeMachine];
    await membership().update("membership", { servers: ["s1"], version }, given([t1, t2]));
    expect(t1.scripts()).toEqual(["read-member"]);
  }, 30_000);

  test("keeps k3s from starting again on a machine that is there, before its member goes", async () => {
    const told = { s1: {}, s2: {}, s3: { declared: true, heard: false } };
    const [s1, s2, s3] = (await servers(told)) as [FakeMachine, FakeMachine, FakeMachine];
    const order: string[] = [];
    for (const [machine, script] of [
      [s3, "enable-node"],
      [s1, "change-members"],
      [s1, "forget-node"],
    ] as const)
      machine.answers[script] = ({ ENABLED = "" }) => {
        order.push([machine.name, script, ENABLED].join(" ").trim());
        return {};
      };
    const former = [{ name: "s3", connection: s3.connection, id: "3" }];
    const old = { servers: ["s1", "s2"], version };
    await membership().update("membership", old, given([s1, s2], { former }));
    expect(order).toEqual(["s3 enable-node no", "s1 change-members", "s1 forget-node"]);
    expect(s3.variables("enable-node")).toMatchObject({ OWNER: "prod/s3", UNIT: "k3s" });
  });

  test("leaves who is alive and declared no more where it is: it leaves last, and in order", async () => {
    const list = await servers({ ...healthy, s4: undefined });
    const staying = list.filter(({ name }) => name !== "s3");
    await membership().update("membership", { servers: ["s1", "s2", "s3"], version }, given(staying));
    expect(staying.map((machine) => machine.scripts())).toEqual([
      ["read-member"],
      ["read-member"],
      ["read-member"],
    ]);
  });
});

describe("a turn of the tokens", () => {
  const before = { servers: ["s1", "s2", "s3"], version, rotate: "1" };
  const turned = (list: FakeMachine[], more: Props = {}) => given(list, { rotate: "2", ...more });

  async function rotating(told: Record<string, Told | undefined>) {
    const order: string[] = [];
    const list = await servers(told);
    for (const machine of list) {
      const noting = (what: string) => () => {
        order.push(`${machine.name} ${what}`);
        return { stdout: "/snapshots/before\n" };
      };
      for (const name of ["save-snapshot", "rotate-token", "next-tokens"])
        machine.answers[name] = noting(name);
      machine.answers["keep-snapshot-tokens"] = {};
    }
    return { list, order };
  }

  test("saves etcd with the old one, tells one server, and gives the new ones to all who run", async () => {
    const { list, order } = await rotating({ ...healthy, s4: undefined });
    const outs = await membership().update("membership", before, turned(list));
    expect(order.slice(0, 2)).toEqual(["s1 save-snapshot", "s1 rotate-token"]);
    expect(order.slice(2).sort()).toEqual(["s1 next-tokens", "s2 next-tokens", "s3 next-tokens"]);
    expect(list[0]?.variables("rotate-token")).toEqual({
      TOKEN: "new-t0ken",
      AGENT_TOKEN: "new-agent-t0ken",
    });
    const tokens = { TOKEN: "new-t0ken", AGENT_TOKEN: "new-agent-t0ken" };
    expect(list[2]?.variables("next-tokens")).toEqual({ OWNER: "prod/s3", ...tokens });
    expect(JSON.stringify(outs)).not.toContain("t0ken");
  });

  test("is told the password alone, however the token is given", async () => {
    const { list } = await rotating(healthy);
    await membership().update(
      "membership",
      before,
      turned(list, { token: `K10${"a".repeat(64)}::server:p` }),
    );
    expect([list[0]?.variables("rotate-token").TOKEN, list[1]?.variables("next-tokens").TOKEN]).toEqual([
      "p",
      "p",
    ]);
  });

  test("that k3s does not make gives nobody another token, and is still to be made", async () => {
    const { list, order } = await rotating(healthy);
    Object.assign(list[0]?.answers ?? {}, { "rotate-token": { code: 69, stderr: "k3s says 500\n" } });
    const { message, recorded } = await refusal(membership().update("membership", before, turned(list)));
    expect(message).toMatch(
      /^s1: rotating the tokens: k3s says 500\n {2}next: see what keeps k3s on s1 from it/,
    );
    expect(recorded?.properties.rotate).toBe("1");
    expect(order).toEqual(["s1 save-snapshot"]);
  });

  test("is refused where the token is given, and is the one that it was", async () => {
    const list = await servers(healthy);
    const tokenGiven = { tokenGiven: true };
    const same = { ...before, token: `K10${"a".repeat(64)}::server:new-t0ken` };
    expect(await complaints(same, turned(list, tokenGiven))).toEqual([
      "tokens.rotate has another value, and token is the one that it was: give another token, too",
    ]);
    expect(await complaints({ ...same, token: "old" }, turned(list, tokenGiven))).toEqual([]);
    expect(await complaints(same, turned(list))).toEqual([]);
    expect(await complaints({ ...same, rotate: "2" }, turned(list, tokenGiven))).toEqual([]);
  });

  test("is refused while etcd is not whole", async () => {
    const list = await servers({ ...healthy, s3: { health: false, reason: "RAFT NO LEADER" } });
    expect(await complaints(before, turned(list))).toEqual([
      "prod: rotating the tokens: etcd is not whole: s3 is not healthy (RAFT NO LEADER)\n" +
        "  next: bring s3 back, or take it out of the manifest, then run this again",
    ]);
  });

  test("of servers that have no vote is told to the first of them", async () => {
    const { list, order } = await rotating({ s1: undefined, s2: undefined });
    const external = { external: true };
    await membership().update(
      "membership",
      { ...before, servers: ["s1", "s2"], ...external },
      turned(list, external),
    );
    expect(order.slice(0, 1)).toEqual(["s1 rotate-token"]);
    expect(order).toHaveLength(3);
  });
});
