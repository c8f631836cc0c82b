import {
  failedBetween,
  movedAfter,
  ownersSince,
  type Request,
  type Seen,
  saidAfter,
  silence,
} from "../../../lab/failover/seen";

const answered = (begun: number, ended: number, owner: string): Request => ({ begun, ended, owner });
const failed = (begun: number, ended: number): Request => ({ begun, ended, failure: "refused" });

/** s1 dies at 1000: one connection to it was still under way, two fail, s2 answers from 1700 on. */
const connections = [
  answered(900, 910, "s1"),
  answered(990, 1005, "s1"),
  failed(1010, 1012),
  failed(1030, 2030),
  answered(1650, 1700, "s2"),
  answered(1720, 1730, "s2"),
];
const seen: Seen = {
  ...{ connections, reads: [], remembered: [] },
  changes: [
    { at: 800, balancer: "a1", server: "s1", up: true },
    { at: 1900, balancer: "a1", server: "s1", up: false },
    { at: 1950, balancer: "a1", server: "s2", up: false },
    { at: 2500, balancer: "a1", server: "s1", up: true },
    { at: 2600, balancer: "a1", server: "s1", up: false },
  ],
};

test("an address has moved with the first answer of another machine", () => {
  expect(movedAfter(seen, 1000)).toBe(700);
});

test("an address that stays has not moved", () => {
  expect(movedAfter({ ...seen, connections: connections.slice(0, 4) }, 1000)).toBeUndefined();
});

test("owners are told once each time that they change, in the order of the answers", () => {
  const back = [answered(1740, 1900, "s1"), answered(1750, 1800, "s2")];
  expect(ownersSince(seen, 1000)).toEqual(["s1", "s2"]);
  expect(ownersSince({ ...seen, connections: [...connections, ...back] }, 1000)).toEqual(["s1", "s2", "s1"]);
});

test("a balancer's first word about a server counts, and its silence is no word", () => {
  expect(saidAfter(seen, 1000, "s1", false, ["a1", "a2"])).toEqual({ a1: 900, a2: undefined });
  expect(saidAfter(seen, 2000, "s1", true, ["a1"])).toEqual({ a1: 500 });
});

test("what a balancer had said before holds on", () => {
  expect(saidAfter(seen, 2000, "s1", false, ["a1"])).toEqual({ a1: 0 });
  expect(saidAfter(seen, 3000, "s1", true, ["a1"])).toEqual({ a1: undefined });
});

test("failed connections count by when they began", () => {
  expect(failedBetween(connections, 1000, 1020)).toBe(1);
  expect(failedBetween(connections, 1000, 2000)).toBe(2);
  expect(failedBetween(connections, 1600, 2000)).toBe(0);
});

test("silence is the longest time without an answer, whatever failed in it", () => {
  expect(silence(connections, 1000, 1800)).toBe(695);
});
