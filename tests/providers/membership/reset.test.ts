import { until } from "../../until";
import { etcd } from "../etcd";
import { rowFor } from "../fake-engine";
import type { FakeMachine, Reply } from "../fake-machine";
import { type Props, refusal } from "../provider-host";
import { given, ordered, scene, version } from "./inputs";

const { machines, host, membership, servers, complaints } = scene();

const id = "1f6c6a3e-3a4f-4a37-9f5e-6a2a3c1c9b1e";
const recover = { from: "s2", confirm: id };
const operation = JSON.stringify([id, "", "", "s2"]);

function state(values: Record<string, string>): Reply {
  const all = { id, etcd: "yes", mark: "", ...values };
  return {
    stdout: Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  };
}

/** Two servers that are left of three, whose etcd has no quorum, and what they say of a reset. */
async function left(said: Record<string, string> = {}) {
  const list = await servers({ s1: { runs: false }, s2: { runs: false } });
  for (const { answers } of list) answers["reset-state"] = state(said);
  return { list, order: ordered(list, scripts) };
}

const scripts = {
  "stop-node": "",
  "reset-etcd": "",
  "start-node": "",
  "node-ready": "",
  "rejoin-etcd": "joining\n",
  "end-reset": "",
};

const lost = expect.stringMatching(/^prod: looking at etcd: etcd has 0 healthy of 3 voters/);

/** The only server that is left of three. */
async function last(said: Record<string, string> = {}): Promise<FakeMachine[]> {
  const told = { s1: { declared: true }, s2: { health: false }, s3: { declared: true } };
  return [await machines.machine("s2", { "read-member": etcd("s2", told), "reset-state": state(said) })];
}

const old = { servers: ["s1", "s2"], version };

describe("check", () => {
  test("of a cluster that has lost its quorum lets it begin again, with whoever is left", async () => {
    const list = await last();
    const before = { ...old, servers: ["s1", "s2", "s3"] };
    expect(await complaints({ ...before, servers: ["s2"] }, given(list))).toEqual([lost]);
    expect(await complaints(before, given(list, { recover }))).toEqual([]);
  });

  test.each<[string, Props, Record<string, string>, RegExp]>([
    [
      "another cluster",
      { recover },
      { id: "other" },
      /^s2: recovering from s2: confirm is 1f6c.*, and this cluster is other\n/,
    ],
    [
      "no cluster that it knows",
      { recover },
      { id: "" },
      /nobody has told it yet which cluster it is of\n {2}next: write/,
    ],
    ["no data", { recover }, { etcd: "" }, /^s2: recovering from s2: it has no data of etcd\n/],
    [
      "a server that is none",
      { recover: { ...recover, from: "s9" } },
      {},
      /s9 is no server of the manifest\n {2}next: give one of s1, s2/,
    ],
    [
      "no such snapshot",
      { restore: { snapshot: "x", confirm: id } },
      {},
      /^prod: restoring x: no server has it\n/,
    ],
    [
      "another token",
      { restore: { snapshot: "x", confirm: id } },
      { snapshot: "/x", token: "differs" },
      /had another token when it was saved/,
    ],
    [
      "no token",
      { restore: { snapshot: "x", confirm: id } },
      { snapshot: "/x", token: "missing" },
      /nobody kept the token that it needs\n {2}next: put/,
    ],
    [
      "what was done before",
      { recover },
      { mark: `done ${operation}` },
      /is done: take it out of the manifest/,
    ],
  ])("of %s is refused", async (_case, more, said, complaint) => {
    const { list } = await left(said);
    expect(await complaints(old, given(list, more))).toEqual([expect.stringMatching(complaint)]);
  });

  test.each([
    ["was cut off", `reset ${operation}`, []],
    ["has not begun", "", []],
    ["is done, as of any other", `done ${operation}`, [lost]],
  ])("of one that was tried, and %s", async (_case, mark, expected) => {
    const list = await last({ mark });
    expect(await complaints({ ...old, servers: ["s2"], recover }, given(list, { recover }))).toEqual(
      expected,
    );
  });

  test("of a cluster that is new refuses", async () => {
    const { list } = await left();
    const { failures } = await membership().check(undefined, given(list, { recover }));
    expect(failures).toHaveLength(1);
  });
});

test("a preview says what it costs, and nothing of it when it is done", async () => {
  const { list } = await left();
  const row = rowFor("costs of a reset");
  const said = () => host().engine.said("costs of a reset");
  expect(await membership().diff(old, given(list, { recover, row }))).toBe(true);
  const cost =
    "etcd will begin again with what s2 has: all else that was written is lost, and the API stops for a minute or two";
  await until("it is told", () => said().includes(cost));
  expect(await membership().diff({ ...old, recover }, given(list, { recover }))).toBe(false);
});

describe("update", () => {
  test("stops all servers, has one begin again, and then the others join it", async () => {
    const { list, order } = await left();
    const outs = await membership().update("membership", old, given(list, { recover }));
    expect(order.slice(0, 2).sort()).toEqual(["s1 stop-node", "s2 stop-node"]);
    // What another one has left that was cut off.
    expect(order.slice(2, 4).sort()).toEqual(["s1 end-reset", "s2 end-reset"]);
    expect(order.slice(4)).toEqual([
      ...["s2 reset-etcd", "s2 start-node", "s2 node-ready", "s1 rejoin-etcd", "s1 node-ready"],
      ...["s2 end-reset", "s1 end-reset"],
    ]);
    expect(list[1]?.variables("reset-etcd")).toEqual({
      OWNER: "prod/s2",
      OPERATION: operation,
      SNAPSHOT: "",
    });
    expect(list[0]?.variables("rejoin-etcd").SERVER).toBe(`https://${list[1]?.connection.host}:6443`);
    expect([list[0]?.variables("end-reset").DONE, list[1]?.variables("end-reset").DONE]).toEqual([
      "",
      operation,
    ]);
    expect(outs).toMatchObject({ recover });
  });

  test("goes on after etcd was reset, without stopping anybody again", async () => {
    const { list, order } = await left({ mark: `reset ${operation}` });
    await membership().update("membership", old, given(list, { recover }));
    expect(order).not.toContain("s2 reset-etcd");
    expect(order).not.toContain("s1 stop-node");
    expect(order.slice(-2)).toEqual(["s2 end-reset", "s1 end-reset"]);
  });

  test("of what is done only clears what joining needed, since that may have been cut off", async () => {
    const { list, order } = await left({ mark: `done ${operation}` });
    await membership().update("membership", old, given(list, { recover }));
    expect(order).toEqual(["s1 end-reset"]);
  });

  test("stops nobody where one of them cannot be asked", async () => {
    const { list, order } = await left();
    const away = await machines.unreachable("s3");
    const { message } = await refusal(
      membership().update("membership", old, given([...list, away], { recover })),
    );
    expect(message).toMatch(/^s3: recovering from s2: /);
    expect(order).toEqual([]);
  });

  test("of a snapshot is made where it is", async () => {
    const { list } = await left({ snapshot: "/snapshots/x", token: "fits" });
    const restore = { snapshot: "x", confirm: id };
    await membership().update("membership", old, given(list, { restore }));
    expect(list[0]?.variables("reset-etcd").SNAPSHOT).toBe("/snapshots/x");
  });

  test("that k3s refuses touches no other server's data, says how to give it up, and is still to be done", async () => {
    const { list, order } = await left();
    Object.assign(list[1]?.answers ?? {}, {
      "reset-etcd": { code: 69, stderr: "k3s does not reset etcd: no\n" },
    });
    const { message, recorded } = await refusal(
      membership().update("membership", old, given(list, { recover })),
    );
    expect(message).toMatch(
      /^s2: recovering from s2: k3s does not reset etcd: no\n {2}next: .*systemctl enable --now k3s on all/,
    );
    expect(order.filter((one) => one.includes("rejoin"))).toEqual([]);
    expect(recorded?.properties).not.toHaveProperty("recover");
  });

  test("of a snapshot that is kept with two tokens is tried, and says so where k3s refuses it", async () => {
    const { list } = await left({ snapshot: "/snapshots/x", token: "either" });
    const restore = { snapshot: "x", confirm: id };
    const [s1] = list as [FakeMachine];
    s1.answers["reset-etcd"] = { code: 69, stderr: "k3s does not reset etcd: no\n" };
    const { message } = await refusal(membership().update("membership", old, given(list, { restore })));
    expect(s1.variables("reset-etcd").SNAPSHOT).toBe("/snapshots/x");
    expect(message).toMatch(
      /^s1: restoring x: k3s does not reset etcd: no\n {2}next: it was saved while the cluster was told another token, .* give another snapshot, or correct the cause/,
    );
  });
});
