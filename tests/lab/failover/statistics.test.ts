import { longestGap, quantile, summary } from "../../../lab/failover/statistics";

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  ["the middle of an odd count", [9, 1, 5], 0.5, 5],
  ["the middle of an even count, the lower one", [4, 1, 3, 2], 0.5, 2],
  ["one in a hundred of a hundred", hundred, 0.99, 99],
  ["one in a hundred of thirty, the largest", hundred.slice(70), 0.99, 30],
  ["the largest", hundred, 1, 100],
  ["of one", [7], 0.99, 7],
  ["of none", [], 0.5, Number.NaN],
])("a quantile: %s", (_, numbers, share, expected) => {
  expect(quantile(numbers, share)).toBe(expected);
});

test("a summary says how many there were, and nothing of none", () => {
  expect(summary(hundred)).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
  expect(summary([])).toBeUndefined();
});

test.each([
  ["between two moments", [100, 200, 900, 1000], 0, 1000, 700],
  ["before the first", [400, 500], 0, 600, 400],
  ["after the last", [100, 200], 0, 1000, 800],
  ["in any order", [900, 100, 500], 0, 1000, 400],
  ["without a moment, the whole span", [], 0, 1000, 1000],
  ["with moments outside the span", [-50, 1100], 0, 1000, 1000],
])("the longest gap: %s", (_, moments, from, to, expected) => {
  expect(longestGap(moments, from, to)).toBe(expected);
});
