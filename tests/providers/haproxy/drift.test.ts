import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { fakeMachines } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { haproxyInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const haproxy = () => host().resource("HaProxy");

const untouched = { unit: "active, enabled", files: "as written", package: "installed" };
const fine = ["owner=prod/a1", "unit=active enabled", "package=installed"];

/** A machine of which that is told, and its state. */
async function looked(lines: string[]) {
  const a1 = await machines.machine("a1", { "read-haproxy": { stdout: `${lines.join("\n")}\n` } });
  const state: Props = { ...haproxyInputs(a1), ...untouched };
  return { a1, state };
}

const __provider = expect.anything();

test("one that nobody has touched gives its state back, and no inputs", async () => {
  const { a1, state } = await looked(fine);
  const { id, props, inputs } = await haproxy().read("prod/a1", state);
  expect([id, props, inputs]).toEqual(["prod/a1", { ...state, __provider }, undefined]);
  expect(a1.ran).toEqual([{ script: "read-haproxy", variables: { UNIT: "haproxy-k3s" } }]);
});

test.each<[string, string[], Props]>([
  ["its unit", ["owner=prod/a1", "unit=inactive disabled"], { unit: "inactive, disabled" }],
  ["a unit that hangs", ["owner=prod/a1", "unit=active enabled silent"], { unit: "active, enabled, silent" }],
  [
    "a package that is gone",
    ["owner=prod/a1", "unit=active enabled", "package=missing"],
    { package: "missing" },
  ],
  [
    "its files",
    [...fine, "file=/etc/haproxy-k3s/haproxy.cfg changed", "file=/etc/haproxy-k3s/ca.pem 600:root:root"],
    {
      files: "/etc/haproxy-k3s/haproxy.cfg changed; /etc/haproxy-k3s/ca.pem has mode and owner 600:root:root",
    },
  ],
  ["another owner", ["owner=dev/a1", "unit=active enabled"], { files: "its HAProxy belongs to dev/a1" }],
  [
    "an owner's file that names nobody",
    ["owner=-", "unit=active enabled"],
    { files: "/etc/haproxy-k3s/owner names nobody" },
  ],
  [
    "an owner's file that is gone",
    ["owner=", "unit=active enabled", "file=/etc/haproxy-k3s/owner missing"],
    {
      files: "/etc/haproxy-k3s/owner missing",
    },
  ],
])(
  "%s that somebody changed is in the state, and in the inputs of the next run",
  async (_case, lines, drifted) => {
    const { state } = await looked(lines);
    const { id, props, inputs } = await haproxy().read("prod/a1", state);
    expect([id, props]).toEqual(["prod/a1", { ...state, ...drifted, __provider }]);
    expect(inputs).toEqual({ ...state, ...drifted, __provider });
  },
);

test.each([
  ["nobody's", "owner="],
  ["another's", "owner=dev/a1"],
])("one that is %s and does not run is gone", async (_case, owner) => {
  const { state } = await looked([owner, "unit=inactive "]);
  expect(await haproxy().read("prod/a1", state)).toMatchObject({ id: "" });
});

test("what the next run would change is what was seen, and its row says what that costs", async () => {
  const { a1, state } = await looked([...fine, "file=/etc/haproxy-k3s/haproxy.cfg changed"]);
  const row = rowFor("costs");
  const { props, inputs } = await haproxy().read("prod/a1", { ...state, row });
  const { inputs: news, failures } = await haproxy().check(inputs, { ...haproxyInputs(a1), row });
  expect([failures, news]).toMatchObject([[], untouched]);
  expect(await haproxy().diff(props, news)).toBe(true);
  await until("the cost is said", () => host().engine.said("costs").length > 1);
  expect(host().engine.said("costs")).toEqual([
    "looking at HAProxy",
    "changing it reloads HAProxy on a1; no connection is dropped",
  ]);
});
