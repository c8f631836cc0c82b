import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { until } from "../until";

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
    ...{ cluster: "prod", version, servers: members.map(({ name }) => name) },
    ...{ members: members.map(({ name, connection }) => ({ name, connection })), releases: [] },
    ...more,
  };
}

async function complaints(old: Props | undefined, inputs: Props): Promise<string[]> {
  const { failures } = await membership().check(old, inputs);
  expect(failures.map(({ property }) => property)).toEqual(failures.map(() => ""));
  return failures.map(({ reason }) => reason);
}

const healthy = { s1: {}, s2: {}, s3: {} };

describe("check", () => {
  test("of no server at all says that one is needed, whatever was before", async () => {
    const none = ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"];
    expect(await complaints(undefined, given([]))).toEqual(none);
    expect(
      await complaints({ servers: ["s1"], version, external: true }, given([], { external: true })),
    ).toEqual(none);
  });

  test("of more removed at once than etcd lets go is refused with the numbers", async () => {
    const old = { servers: ["s1", "s2", "s3"], version };
    const [s3] = await servers({ s3: {} });
    expect(await complaints(old, given(s3 ? [s3] : []))).toEqual([
      "removing s1, s2 at once would leave 1 of 3 voters, and 2 are needed: remove at most 1 at a time",
    ]);
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

  test("asks nobody where there is no cluster yet, nor where servers have no vote", async () => {
    const list = await Promise.all(["s1", "s2"].map((name) => machines.machine(name)));
    expect(await complaints(undefined, given(list))).toEqual([]);
    const external = { servers: ["s1", "s2", "s3"], version, external: true };
    expect(await complaints(external, given(list.slice(0, 1), { external: true }))).toEqual([]);
  });
});

test("who is a server, and what they run, is recorded; how they are reached is no change of it", async () => {
  const list = await servers(healthy);
  const { id, outs } = await membership().create(given(list));
  expect(outs).toEqual({ servers: ["s1", "s2", "s3"], version, __provider: expect.anything() });
  expect(id).toBe("membership");
  expect(await membership().diff(outs, given(list))).toBe(false);
  expect(await membership().diff(outs, given(list.slice(0, 2)))).toBe(true);
  expect(await membership().diff(outs, given(list, { version: newer }))).toBe(true);
});

describe("update", () => {
  test("of a version has it fetched everywhere and etcd saved before anything else", async () => {
    const list = await servers(healthy);
    const a1 = await machines.machine("a1");
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
      });
    const releases = [...list, a1].map(({ name, connection }) => ({
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
    const said = "etcd of v1.33.3+k3s1 is saved on s1: /snapshots/before";
    await until("it is told", () => host().engine.said("prepares").includes(said));
  });

  test("of a version fails where one machine cannot fetch it, and nothing is saved", async () => {
    const list = await servers(healthy);
    for (const machine of list) machine.answers.stage = { stdout: "5\n" };
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
