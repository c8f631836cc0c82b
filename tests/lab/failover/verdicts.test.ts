import type { AgentTrial } from "../../../lab/failover/agents";
import { planned, type Row, rowOf } from "../../../lab/failover/rows";
import type { Trial } from "../../../lab/failover/trial";
import { compare, told } from "../../../lab/failover/verdicts";

const trial: Trial = {
  date: "2026-01-01T00:00:00.000Z",
  load: 1,
  target: "s1",
  owner: "s1",
  etcdLeader: "s2",
  moved: 700,
  owners: ["s1", "s2"],
  silence: 650,
  failed: 3,
  out: { s2: 1_000, a1: 1_500 },
  failedAfterOut: 0,
  back: { s2: 9_000, a1: 10_000 },
  reads: 2_000,
  remembered: 800,
};

const agentTrial: AgentTrial = {
  ...trial,
  renewals: { a1: 10_100, a2: 10_200 },
  commands: { run: 12, failed: 0 },
};

const row = (disturbance: Row["disturbance"], trials: Trial[], setting: Row["setting"] = "ours"): Row => ({
  ...{ setting, disturbance, trials, commit: "c" },
});

const verdictOf = (what: string, rows: Row[]) => {
  const found = compare(rows).find((one) => one.what === what);
  return found && [found.seen, found.guide, found.verdict];
};

test("what nobody tried is neither met nor missed", () => {
  expect(new Set(compare([]).map(({ verdict, seen }) => `${verdict}${seen}`))).toEqual(
    new Set(["not tried"]),
  );
});

test("an address that moves in time meets what was asked, beside the guide's", () => {
  const what = "host death: the address moves";
  const rows = [row("host death", [trial]), row("host death", [{ ...trial, moved: 3_300 }], "guide")];
  expect(verdictOf(what, rows)).toEqual([
    "0.70 s / 0.70 s / 0.70 s (1); 1 move at most",
    "3.30 s / 3.30 s / 3.30 s (1); 1 move at most",
    "met",
  ]);
});

test("a partition moves the address once, or not at all", () => {
  const what = "partition, and its end: the address moves";
  const of = (owners: string[]) => verdictOf(what, [row("partition", [{ ...trial, owners }])]);
  expect(of(["s1"])).toEqual(["0 moves at most", "", "met"]);
  expect(of(["s1", "s2", "s1"])).toEqual(["2 moves at most", "", "missed"]);
});

test.each([
  ["late", { moved: 1_201 }],
  ["never", { moved: null }],
  ["there and back", { owners: ["s1", "s2", "s1"] }],
])("an address that moves %s misses it", (_, change) => {
  const rows = [row("host death", [trial, { ...trial, ...change }])];
  expect(verdictOf("host death: the address moves", rows)?.[2]).toBe("missed");
});

test.each([
  ["in time", {}, "met"],
  ["late in one balancer", { out: { s2: 1_000, a1: 2_501 } }, "missed"],
  ["never in one balancer", { out: { s2: 1_000, a1: null } }, "missed"],
  ["with a connection that failed then", { failedAfterOut: 1 }, "missed"],
])("a server that is out %s", (_, change, expected) => {
  const rows = [row("k3s killed", [{ ...trial, ...change }])];
  expect(verdictOf("k3s killed: out of every balancer", rows)?.[2]).toBe(expected);
});

test("agents must endure twenty deaths out of twenty", () => {
  const what = "agents through the death of a server, for 120 s";
  const twenty = Array.from({ length: 20 }, () => agentTrial);
  const late = { ...agentTrial, renewals: { a1: 15_001, a2: 10_000 } };
  const mute = { ...agentTrial, commands: { run: 12, failed: 1 } };
  expect(verdictOf(what, [row("death of a server", twenty)])?.[2]).toBe("met");
  expect(verdictOf(what, [row("death of a server", twenty.slice(1))])?.[2]).toBe("missed");
  expect(verdictOf(what, [row("death of a server", [...twenty, late, mute])])?.[0]).toBe(
    "20 of 22; between renewals at most 15.00 s; 1 of 264 exec failed",
  );
});

test("the longest gap of any trial counts for reads", () => {
  const what = "partition: the longest gap of 10 reads a second";
  expect(verdictOf(what, [row("partition", [trial])])?.[2]).toBe("met");
  expect(verdictOf(what, [row("partition", [trial, { ...trial, reads: 3_001 }])])?.[2]).toBe("missed");
});

test("a machine is back when every balancer has it in again", () => {
  const what = "rebooted machine: back in every balancer";
  const half = { ...trial, back: { s2: 9_000, a1: null } };
  expect(verdictOf(what, [row("host death", [trial, half])])).toEqual([
    "1 of 2; 10.00 s / 10.00 s / 10.00 s (1)",
    "",
    "missed",
  ]);
});

test("times that were not seen are left out of a summary", () => {
  expect(told([100, null, 300])).toBe("0.10 s / 0.30 s / 0.30 s (2)");
  expect(told([null])).toBe("never");
});

test("a row of another state of the product begins anew, one of this state goes on", () => {
  const rows = [row("partition", [trial]), row("host death", [trial])];
  expect(rowOf(rows, "ours", "partition", "c").trials).toEqual([trial]);
  expect(rowOf(rows, "ours", "partition", "d").trials).toEqual([]);
  expect(rows.map(({ commit }) => commit)).toEqual(["d", "c"]);
});

test("every disturbance is planned for both settings, but the agents' without the guide's", () => {
  const plan = planned(30);
  const of = (setting: string) =>
    plan.filter((one) => one.setting === setting).map(({ disturbance }) => disturbance);
  expect(of("ours").filter((one) => !of("guide").includes(one))).toEqual(["death of a server"]);
  expect(plan.find(({ disturbance }) => disturbance === "death of a server")?.trials).toBe(20);
});
