import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type FakeMachine, held } from "../fake-machine";
import { refusal } from "../provider-host";
import { current, given, healthy, newer, scene, version } from "./inputs";

const { machines, host, membership, servers, complaints } = scene();

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
  });

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
