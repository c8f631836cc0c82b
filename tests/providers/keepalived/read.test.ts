import { untouched } from "../../../providers/keepalived/observe";
import { type Answer, type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { bare, inputsOf, looks } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const keepalived = () => host().resource("Keepalived");

async function two(one: Record<string, Answer>, other: Record<string, Answer>) {
  return [await machines.machine("s1", one), await machines.machine("s2", other)] as [
    FakeMachine,
    FakeMachine,
  ];
}

describe("read", () => {
  const state = (s1: FakeMachine, more: Props = {}): Props => ({
    ...inputsOf([s1]),
    ...untouched,
    device: "eth0",
    ...more,
  });

  test("of what nobody has touched gives the state back", async () => {
    const s1 = await machines.machine("s1", { "read-keepalived": looks("s1") });
    const { id, inputs } = await keepalived().read("prod/s1", state(s1));
    expect([id, inputs]).toEqual(["prod/s1", undefined]);
  });

  test.each<[object, Props]>([
    [looks("s1", { unit: "inactive disabled" }), { unit: "inactive, disabled" }],
    [
      looks("s1", { more: ["file=/etc/keepalived-k3s/keepalived.conf changed"] }),
      { files: "/etc/keepalived-k3s/keepalived.conf changed" },
    ],
    [
      looks("s1", { more: ["file=/etc/keepalived-k3s/keepalived.conf 644:root:root"] }),
      { files: "/etc/keepalived-k3s/keepalived.conf has mode and owner 644:root:root" },
    ],
    [looks("s1", { more: ["package=missing"] }), { package: "missing" }],
    [looks("s1", { owner: "dev/s1" }), { files: "its keepalived belongs to dev/s1" }],
    [looks("s1", { owner: "-" }), { files: "/etc/keepalived-k3s/owner names nobody" }],
  ])("tells %j as %j", async (answer, drifted) => {
    const s1 = await machines.machine("s1", { "read-keepalived": answer });
    const { props, inputs } = await keepalived().read("prod/s1", state(s1));
    expect([props, inputs]).toMatchObject([drifted, drifted]);
    expect(inputs).not.toHaveProperty("device");
  });

  describe("of two that have the address", () => {
    const s2 = (holds: boolean) => looks("s2", { holds });
    const seenBy = async (first: object, second: Answer) => {
      const both = await two({ "read-keepalived": first }, { "read-keepalived": second });
      return keepalived().read("prod/s1", { ...inputsOf(both), ...untouched, device: "eth0" });
    };

    test("says who they are", async () => {
      const { inputs } = await seenBy(looks("s1", { holds: true }), s2(true));
      expect(inputs).toMatchObject({ holder: "s1 and s2, which do not hear each other" });
    });

    test("says nothing where one is about to give it up", async () => {
      const { inputs } = await seenBy(looks("s1", { holds: true }), [s2(true), s2(false)]);
      expect(inputs).toBeUndefined();
    });

    test("says nothing of those who are no party", async () => {
      const { inputs } = await seenBy(
        looks("s1", { holds: true }),
        looks("s2", { holds: true, group: "g2" }),
      );
      expect(inputs).toBeUndefined();
    });

    test("leaves that to those who have it", async () => {
      const { inputs } = await seenBy(looks("s1"), s2(true));
      expect(inputs).toBeUndefined();
    });
  });

  test("of a machine without it says that it is gone", async () => {
    const s1 = await machines.machine("s1", { "read-keepalived": bare });
    expect((await keepalived().read("prod/s1", state(s1))).id).toBe("");
  });
});

test.each([
  ["yes\n", true],
  ["", false],
])("one that is missing from its machine (%j) is a change: %s", async (stdout, changed) => {
  const [s1, s2] = await two({ missing: { stdout } }, {});
  const inputs = inputsOf([s1, s2]);
  expect(await keepalived().diff({ ...inputs, device: "eth0" }, inputs)).toBe(changed);
  const variables = { PLACE: "/etc/keepalived-k3s/owner", REMOVING: "/etc/keepalived-k3s/.removing" };
  expect(s1.ran).toEqual([{ script: "missing", variables }]);
});
