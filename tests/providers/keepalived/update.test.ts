import { untouched } from "../../../providers/keepalived/observe";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type FakeMachine, held } from "../fake-machine";
import { refusal } from "../provider-host";
import { around, changing, inputsOf, looks, virtual } from "./inputs";
import { changes, scene } from "./scene";

const { machines, host, keepalived, two } = scene();

describe("update", () => {
  const running = (name: string, holds: boolean) => changing(name, { holds }, looks(name, { holds }));

  test("of what runs listens for nobody, and asks only for addresses that are new", async () => {
    const [s1, s2] = await two(running("s1", true), { "read-keepalived": looks("s2") });
    const old = inputsOf([s1, s2]);
    const news = inputsOf([s1, s2], { addresses: [{ address: virtual }, { address: "10.0.0.101/24" }] });
    const outs = await keepalived().update("prod/s1", { ...old, ...untouched }, { ...news, ...untouched });
    expect(outs.device).toBe("eth0");
    expect(s1.variables("before-keepalived")).toMatchObject({ ROUTER: "", ADDRESSES: "10.0.0.101 \n" });
  });

  describe("to another prefix", () => {
    const news = { addresses: [{ address: "10.0.0.100/25" }] };
    const update = (s1: FakeMachine, s2: FakeMachine) =>
      keepalived().update("prod/s1", inputsOf([s1, s2]), inputsOf([s1, s2], news));

    test("of what it has takes that for its own, and asks nobody", async () => {
      const [s1, s2] = await two(
        {
          ...running("s1", true),
          "before-keepalived": around("s1", `address=eth0 ${virtual}`),
        },
        { "read-keepalived": looks("s2") },
      );
      await update(s1, s2);
      expect(s1.variables("before-keepalived").ADDRESSES).toBe("");
      expect(s1.variables("install-keepalived").LEAVE).toBe("address delete 10.0.0.100/25 dev eth0\n");
    });

    test("waits until the former one is gone", async () => {
      // Longer than the address is watched otherwise, and shorter than what is told.
      const gone = Date.now() + 4_000;
      const [s1, s2] = await two(
        {
          ...running("s1", true),
          "read-keepalived": () =>
            looks("s1", { holds: true, more: Date.now() < gone ? [`left=${virtual} eth0`] : [] }),
        },
        { "read-keepalived": looks("s2") },
      );
      await update(s1, s2);
      expect(Date.now()).toBeGreaterThanOrEqual(gone);
    });

    test("tells the former one that stays, and how it goes", async () => {
      const left = { holds: true, more: [`left=${virtual} eth0`] };
      const [s1, s2] = await two(changing("s1", left, looks("s1", left)), { "read-keepalived": looks("s2") });
      const { message } = await refusal(update(s1, s2));
      expect(message).toBe(
        "s1: looking who has the address: it still has 10.0.0.100/24, with the former prefix, which keepalived was to take away\n" +
          "  next: take it away there (ip address delete 10.0.0.100/24 dev eth0), then run this again",
      );
    }, 20_000);
  });

  test("to another router id listens for that", async () => {
    const [s1, s2] = await two(running("s1", true), { "read-keepalived": looks("s2") });
    await keepalived().update("prod/s1", inputsOf([s1, s2]), inputsOf([s1, s2], { routerId: 52 }));
    expect(s1.variables("before-keepalived").ROUTER).toBe("52");
  });

  test("hears a machine that is to go until it has gone", async () => {
    const [s1, s2] = await two(running("s1", false), { "read-keepalived": looks("s2") });
    const s3 = await machines.machine("s3", { "read-keepalived": looks("s3", { holds: true }) });
    await keepalived().update("prod/s1", inputsOf([s1, s2, s3]), inputsOf([s1, s2]));
    expect(changes(s3)).toEqual([]);
    expect(s1.variables("install-keepalived").CONFIG).toContain(
      "unicast_peer {\n        10.0.0.12\n        10.0.0.13\n    }\n",
    );
  });

  test("that failed still knows who was to go, and what was to be looked for", async () => {
    const [s1, s2] = await two(
      { ...running("s1", true), "install-keepalived": { code: 1 } },
      { "read-keepalived": looks("s2") },
    );
    const s3 = await machines.unreachable("s3");
    const old = inputsOf([s1, s2, s3]);
    const news = inputsOf([s1, s2], { routerId: 52 });
    const { recorded } = await refusal(keepalived().update("prod/s1", old, news));
    expect(recorded?.properties).toMatchObject({ machines: old.machines, routerId: 51 });
  });

  test.each([
    [undefined, "eth1"],
    ["eth1", "eth2"],
  ])("from interface %s to %s that failed is still to be done, also after a look", async (before, after) => {
    const [s1, s2] = await two(
      { ...running("s1", true), "install-keepalived": { code: 1 } },
      { "read-keepalived": looks("s2") },
    );
    const of = (device: string | undefined) => ({
      ...inputsOf([s1, s2]),
      ...untouched,
      ...(device ? { interface: device } : {}),
    });
    const state = { ...of(before), device: "eth0" };
    const { recorded } = await refusal(keepalived().update("prod/s1", state, of(after)));
    const { props } = await keepalived().read("prod/s1", recorded?.properties ?? {});
    expect(props.interface).toBe(before);
    expect(await keepalived().diff(props, of(after))).toBe(true);
  });

  test("goes machine by machine, and comes last to the one that has the address", async () => {
    const slow = held({ stdout: "reloaded\n" });
    const [s1, s2] = await two(running("s1", true), {
      ...running("s2", false),
      "install-keepalived": slow.answer,
    });
    const news = { addresses: [{ address: virtual, label: "api" }] };
    const update = (self: FakeMachine) =>
      keepalived().update(
        `prod/${self.name}`,
        inputsOf([s1, s2], {}, self),
        inputsOf([s1, s2], { ...news, row: rowFor(`turn-${self.name}`) } as object, self),
      );
    const first = update(s1);
    const second = update(s2);
    await until("the other is being changed", () => s2.scripts().includes("install-keepalived"));
    await until("it waits", () => host().engine.said("turn-s1").includes("waiting for its turn"));
    expect(changes(s1)).not.toContain("install-keepalived");
    slow.release();
    await Promise.all([first, second]);
    expect(changes(s1)).toContain("install-keepalived");
  });

  test("of the one that has the address does not wait for a machine that waits to be known by it", async () => {
    let knows = false;
    const s1 = await machines.machine("s1", {
      ...running("s1", true),
      "read-keepalived": () => looks("s1", { holds: true, knows }),
      "install-keepalived": () => {
        knows = true;
        return { stdout: "reloaded\n" };
      },
    });
    const [s2, s3] = [
      await machines.machine("s2", running("s2", false)),
      await machines.machine("s3", changing("s3")),
    ];
    const news = [s1, s2, s3];
    await Promise.all([
      keepalived().create(inputsOf(news, {}, s3)),
      keepalived().update("prod/s1", inputsOf([s1, s2]), inputsOf(news)),
      keepalived().update("prod/s2", inputsOf([s1, s2], {}, s2), inputsOf(news, {}, s2)),
    ]);
    expect(changes(s3)).toEqual(["bring-keepalived", "install-keepalived"]);
  });

  test("starts again what was stopped, and listens before", async () => {
    const stopped = looks("s1", { unit: "inactive disabled" });
    const [s1, s2] = await two(changing("s1", {}, stopped), {
      "read-keepalived": looks("s2", { holds: true }),
    });
    const state = { ...inputsOf([s1, s2]), ...untouched, unit: "inactive, disabled" };
    await keepalived().update("prod/s1", state, { ...inputsOf([s1, s2]), ...untouched });
    expect(s1.variables("before-keepalived")).toMatchObject({ ROUTER: "51", ADDRESSES: "" });
    expect(changes(s1)).toEqual(["bring-keepalived", "install-keepalived"]);
  });
});

describe("delete", () => {
  test.each([
    [undefined, "no"],
    [true, "yes"],
  ])("takes it off its own machine alone (keepPackage: %s)", async (keepPackage, KEEP) => {
    const [s1, s2] = await two({ "uninstall-keepalived": {} }, {});
    await keepalived().delete("prod/s1", inputsOf([s1, s2], { keepPackage }));
    expect(s1.ran).toEqual([{ script: "uninstall-keepalived", variables: { OWNER: "prod/s1", KEEP } }]);
    expect(s2.ran).toEqual([]);
  });

  test("lets a machine go that is gone, where another answers", async () => {
    const s1 = await machines.machine("s1");
    const gone = { ...s1, connection: { ...s1.connection, host: "s1.invalid" } };
    const s2 = await machines.machine("s2");
    await keepalived().delete("prod/s1", { ...inputsOf([gone, s2]), row: rowFor("gone") });
    await until("it is told", () => host().engine.said("gone").join().includes("taken to be gone"));
  });

  test.each([
    [
      70,
      "see what keeps the package keepalived there, or have it stay by a pulumi up with haproxy.package: keep ",
    ],
    [75, "wait for the end of that installation"],
    [78, "if it is prod/s1, write that into it"],
  ])("says what to do after %i", async (code, next) => {
    const s1 = await machines.machine("s1", { "uninstall-keepalived": { code, stderr: "reason\n" } });
    const { message } = await refusal(keepalived().delete("prod/s1", inputsOf([s1])));
    expect(message).toMatch(new RegExp(`^s1: removing keepalived: reason\n  next: ${next}`));
  });
});
