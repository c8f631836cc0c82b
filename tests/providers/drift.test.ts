import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { until } from "../until";
import { rowFor } from "./fake-engine";
import { type Props, sharedHost, textFor } from "./provider-host";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const host = sharedHost();
const toy = (kind: string) => host().resource(kind, textFor(join(__dirname, "toys.ts"), kind));
const __provider = expect.any(String);

const state: Props = {
  size: 1,
  colour: "blue",
  seed: 1,
  labels: { a: "1", b: "2" },
  row: rowFor("toy"),
  answer: 42,
};
const { answer, ...inputs } = state;

describe("read", () => {
  test.each<[string, Props]>([
    ["nothing that differs", {}],
    ["what is in the state already, in another order", { size: 1, labels: { b: "2", a: "1" } }],
    ["what the engine cannot carry", { size: undefined }],
  ])("that sees %s gives the state back, and no inputs", async (_case, sees) => {
    const answered = await toy("Looker").read("toy", { ...state, sees });
    expect(answered).toEqual({ id: "toy", props: { ...state, sees, __provider }, inputs: undefined });
  });

  test.each<[string, Props]>([
    ["an input that differs", { size: 2 }],
    ["a value inside of one", { labels: { a: "1" } }],
    ["one that was not there before", { colour: "red" }],
    ["one that differs among others that do not", { size: 1, colour: "red" }],
  ])("that sees %s gives it with all the rest, as inputs without outputs", async (_case, sees) => {
    const { id, props, inputs: seen } = await toy("Looker").read("toy", { ...state, sees });
    expect([id, props]).toEqual(["toy", { ...state, sees, ...sees, __provider }]);
    expect(seen).toEqual({ ...inputs, sees, ...sees, __provider });
  });

  test("that finds it gone says so, and nothing of what it was", async () => {
    const { id, props } = await toy("Looker").read("toy", { ...state, sees: "gone" });
    expect([id, props]).toEqual(["", { __provider }]);
  });

  test("that cannot look warns of it with the cause, and gives the state back", async () => {
    const given = { ...state, sees: "nothing", row: rowFor("blind") };
    const answered = await toy("Looker").read("toy", given);
    expect(answered).toEqual({ id: "toy", props: { ...given, __provider }, inputs: undefined });
    await until("it is said", () => host().engine.said("blind").length > 1);
    const lines = host().engine.lines.filter(({ urn }) => urn.endsWith("::blind"));
    expect(lines.map(({ message, severity, ephemeral }) => [message, severity, ephemeral])).toEqual([
      ["looking at toy", LogSeverity.INFO, true],
      ["it could not be looked at, and is taken to be as it was: out of paper", LogSeverity.WARNING, false],
    ]);
  });

  test("of a kind that never looks gives the state back", async () => {
    const answered = await toy("Changing").read("toy", state);
    expect(answered).toEqual({ id: "toy", props: { ...state, __provider }, inputs: undefined });
  });
});

describe("the cost of a change", () => {
  const said = async (row: string, old: Props, news: Props) => {
    await toy("Looker").diff({ ...old, row: rowFor(row) }, { ...news, row: rowFor(row) });
    // What is said is heard in its order.
    await toy("Talker").create({ row: rowFor(`after ${row}`), steps: ["end"] });
    await until("all is said", () => host().engine.said(`after ${row}`).length > 1);
    return host().engine.said(row);
  };

  test("is said in its row by what changes, also where something is not known yet", async () => {
    expect(await said("c1", state, { ...inputs, size: 2, labels: {} })).toEqual([
      "labels, size: from 1 to 2 for blue",
    ]);
    expect(await said("c2", state, { ...inputs, size: 2, colour: unknown })).toEqual([
      "size: from 1 to 2 for blue",
    ]);
  });

  test.each<[string, Props]>([
    ["nothing changes", inputs],
    ["only what counts when it is made does", { ...inputs, seed: 2 }],
    ["nobody will notice", { ...inputs, labels: {} }],
  ])("is not said where %s", async (which, news) => {
    expect(await said(which, state, news)).toEqual([]);
  });

  test("is said once, and not again while other work goes on", async () => {
    await said("once", state, { ...inputs, size: 2 });
    await pause(6_000);
    expect(host().engine.said("once")).toEqual(["size: from 1 to 2 for blue"]);
  });
});
