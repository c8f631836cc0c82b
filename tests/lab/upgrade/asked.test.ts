import { askedBetween, counted } from "../../../lab/upgrade/asked";

const aborted = "The operation was aborted due to timeout";

/** Every 100 ms from 1000 on; the client itself stands still from 1200 to 1600. */
const requests = [
  { begun: 900, ended: 950, failure: "before" },
  { begun: 1_000, ended: 1_010 },
  { begun: 1_100, ended: 1_110, failure: "socket hang up" },
  { begun: 1_200, ended: 2_200, failure: aborted },
  { begun: 1_600, ended: 1_605, failure: "HTTP 503: not ready" },
  { begun: 1_700, ended: 1_705, failure: "socket hang up" },
  { begun: 1_800, ended: 1_810 },
  { begun: 2_000, ended: 2_010, failure: "after" },
];

test("requests are told by when they began, and their failures by their words", () => {
  expect(askedBetween(requests, 1_000, 2_000)).toEqual({
    sent: 6,
    failed: 4,
    late: 1,
    refused: { "socket hang up": 2, "HTTP 503: not ready": 1 },
    gap: 800,
    unsent: 400,
  });
});

test("one that the workload gave no answer to is late, too", () => {
  const one = { begun: 1_000, ended: 2_000, failure: `172.30.0.21:30080: ${aborted}` };
  expect(askedBetween([one], 1_000, 2_000)).toMatchObject({ failed: 1, late: 1, refused: {} });
});

test("nobody who asks is silence to the end", () => {
  expect(askedBetween([], 0, 500)).toEqual({
    ...{ sent: 0, failed: 0, late: 0, refused: {}, gap: 500, unsent: 500 },
  });
});

test("what came most is first", () => {
  expect(Object.entries(counted(["a", "b", "b", "c", "b", "c"]))).toEqual([
    ["b", 3],
    ["c", 2],
    ["a", 1],
  ]);
});
