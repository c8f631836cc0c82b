import { lines, momentsOf } from "../../../lab/upgrade/log";

test("what was said and what was seen are in the order of their times, from the beginning on", () => {
  const observer = {
    reads: [
      { begun: 2_000, ended: 2_010 },
      { begun: 2_100, ended: 3_100, failure: "refused" },
    ],
    ...{ writes: [], web: [] },
    changes: [
      { at: 900, balancer: "s1", server: "s2", up: true },
      { at: 2_500, balancer: "s1", server: "s2", up: false },
    ],
  };
  const said = [{ at: 2_700, text: "updating" }];
  expect(lines([...said, ...momentsOf(observer)], 1_000)).toBe(
    [
      "   -0.100    balancer of s1: s2 is in\n",
      "    1.500    balancer of s1: s2 is out\n",
      "    1.700  updating\n",
      "    2.100    reads: failed after 1000 ms: refused\n",
    ].join(""),
  );
});
