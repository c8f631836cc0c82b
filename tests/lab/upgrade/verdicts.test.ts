import type { Part, Row } from "../../../lab/upgrade/rows";
import { compare, percent } from "../../../lab/upgrade/verdicts";
import { asked, grown, row, upgraded } from "./trials-of";

const servers = "3 servers";
const workload = "3 servers + 2 agents with a web workload";
const growth = "+1 agent on 5 nodes";

const verdictOf = (part: Part, what: string, trials: Row["trials"]) => {
  const found = compare([row(part, trials)]).find((one) => one.what === `${part}: ${what}`);
  return found && [found.seen, found.verdict];
};

test("what nobody tried is neither met nor missed", () => {
  expect(new Set(compare([]).map(({ verdict, seen }) => `${verdict}${seen}`))).toEqual(
    new Set(["not tried"]),
  );
});

test("as good as was asked is met, and what nothing was asked of is published", () => {
  const rows = [row(servers, [upgraded()]), row(workload, [upgraded()]), row(growth, [grown()])];
  expect(new Set(compare(rows).map(({ asked: bound, verdict }) => `${bound !== ""} ${verdict}`))).toEqual(
    new Set(["true met", "false published"]),
  );
});

test.each([
  ["reads and writes that succeed", { reads: asked({ failed: 3 }) }, "99.850 %"],
  [
    "reads and writes that succeed",
    { reads: asked({ failed: 1 }), writes: asked({ failed: 2 }) },
    "99.850 %",
  ],
  ["longest gap of 10 reads a second", { reads: asked({ gap: 2_001 }) }, "2.00 s (nothing sent for 0.12 s)"],
  [
    "longest gap of 10 writes a second",
    { writes: asked({ gap: 10_001 }) },
    "10.00 s (nothing sent for 0.12 s)",
  ],
])("3 servers: %s are missed by one trial of two", (what, change, seen) => {
  const [told, verdict] = verdictOf(servers, what, [upgraded(), upgraded(change)]) ?? [];
  expect([told?.split("; ")[1], verdict]).toEqual([seen, "missed"]);
});

test("two of two thousand may fail", () => {
  const trial = upgraded({ reads: asked({ failed: 2 }) });
  expect(verdictOf(servers, "reads and writes that succeed", [trial])).toEqual(["99.900 %", "met"]);
});

test.each([
  ["none of those sent", asked(), "0 of 1000", "met"],
  ["one", asked({ failed: 1 }), "1 of 1000", "missed"],
  ["one that was late", asked({ failed: 1, late: 1 }), "1 of 1000, 1 of them late", "missed"],
  ["none, since none was sent", asked({ sent: 0 }), "0 of 0", "missed"],
])("requests to the workload that fail: %s", (_, web, seen, verdict) => {
  const what = "failed requests to the workload, 10 a second";
  expect(verdictOf(workload, what, [upgraded({ web })])).toEqual([seen, verdict]);
});

test.each([
  ["pulumi up", { took: 20_001 }],
  ["the other five are not restarted", { restarted: ["s2"] }],
])("an agent is added: %s is missed", (what, change) => {
  expect(verdictOf(growth, what, [grown(), grown(change)])?.[1]).toBe("missed");
});

test("a share is never rounded up to what was asked", () => {
  expect(percent(0.998_999_9)).toBe("99.899 %");
  expect(percent(1)).toBe("100.000 %");
});
