import { page } from "../../../lab/upgrade/page";
import type { Row } from "../../../lab/upgrade/rows";
import { asked, grown, row, upgraded } from "./trials-of";

const where = {
  ...{ date: "2026-01-01 00:00", commit: "c", command: "node bench/upgrade.mjs" },
  ...{ cores: 2, cpu: "some", memoryGiB: 8, kernel: "6" },
};
const pageOf = (...rows: Row[]) => page({ ...where, rows });

test("failures of all trials are counted by their words, those that came most first", () => {
  const one = upgraded({ reads: asked({ failed: 3, late: 2, refused: { "HTTP 503: a|b": 1 } }) });
  const other = upgraded({ reads: asked({ failed: 2, refused: { "HTTP 503: a|b": 2 } }) });
  expect(pageOf(row("3 servers", [one, other]))).toContain(
    [
      "| 3 servers | reads | HTTP 503: a\\|b | 3 |",
      "| 3 servers | reads | no answer in time | 2 |",
      "",
      "## What lasted long",
    ].join("\n"),
  );
  expect(pageOf(row("3 servers", [upgraded()]))).toContain("Nothing failed.");
});

test("each trial has its load, and each kind that was asked for its figures", () => {
  const text = pageOf(
    row("3 servers", [upgraded({ web: asked({ sent: 0 }) })]),
    row("+1 agent on 5 nodes", [grown()]),
  );
  expect(text).toContain("| 3 servers | c | 2026-01-01 00:00 | 1.50 | 90.00 s | s1 |\n");
  expect(text).toContain("| +1 agent on 5 nodes | c | 2026-01-01 00:00 | 0.50 | 15.00 s |  |\n");
  expect(text).toContain("| 3 servers | 1 | writes | 1000 | 0 | 0 | 0.40 s | 0.12 s |\n");
  expect(text).not.toContain("| 3 servers | 1 | web |");
});

test("steps of the last trial that lasted a second are told", () => {
  const phases = [
    { what: "Node s1: draining", from: 3, seconds: 12 },
    { what: "Node s1: asking", from: 2, seconds: 0 },
  ];
  const text = pageOf(row("3 servers", [upgraded(), upgraded({ phases })]));
  expect(text).toContain("| 3 servers | 3 s | 12 s | Node s1: draining |");
  expect(text).not.toContain("asking");
});
