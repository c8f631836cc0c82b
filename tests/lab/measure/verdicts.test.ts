import type { Figures } from "../../../lab/measure/figures";
import { page } from "../../../lab/measure/page";
import { verdicts } from "../../../lab/measure/verdicts";

const round = (script: number, pulumi: number): Figures["rounds"][number] => ({
  order: ["script", "pulumi"],
  script: { load: 0.5, seconds: script, promotions: [20, 35] },
  pulumi: {
    load: 0.7,
    seconds: pulumi,
    promotions: [20, 50],
    cpuSeconds: 3.2,
    sessions: { s1: 9, a1: 13 },
  },
});

const figures: Figures = {
  nodes: 5,
  rounds: [round(40, 44), round(50, 60), round(48, 48)],
  empty: { seconds: [2, 2.2, 1.8], cpuSeconds: [2, 2, 2] },
  unchanged: { seconds: [5, 5.05, 5.2], cpuSeconds: [3, 3, 3] },
  state: { file: 31_500, emptyFile: 1_500 },
  one: { cpuSeconds: 2.4, file: 7_100 },
};

test("each figure is judged by its own bound, rounds by their medians", () => {
  expect(verdicts(figures).map(({ seen, verdict }) => [seen, verdict])).toEqual([
    ["1.10 × (medians 48.0 s and 48.0 s)", "met"],
    ["48.0 s", "met"],
    ["2 (2, 2, 2)", "met"],
    ["3 (3, 3, 3)", "missed"],
    ["3.0 s (5.0 s − 2.0 s)", "met"],
    ["6000 bytes", "met"],
    ["6100 bytes", "missed"],
    ["13", "missed"],
    ["0.24 s", "met"],
    ["0.20 s", "met"],
  ]);
});

test("the ratio is of the same round: two medians may hide a slow one", () => {
  const [ratio] = verdicts({ ...figures, rounds: [round(40, 60), round(60, 60), round(60, 80)] });
  expect(ratio).toMatchObject({ seen: "1.33 × (medians 60.0 s and 60.0 s)", verdict: "missed" });
});

test("the page names the machine, the verdicts, and every run in its order", () => {
  const where = {
    date: "2026-01-02 03:04",
    commit: "abc",
    command: "npm run bench",
    cores: 2,
    cpu: "Some CPU",
    memoryGiB: 24,
    kernel: "6.1",
  };
  const swapped: Figures = { ...figures, rounds: [{ ...round(40, 44), order: ["pulumi", "script"] }] };
  const text = page(where, swapped, verdicts(swapped));
  expect(text).toContain("of commit abc, on 2 cores (Some CPU), 24 GiB, Linux 6.1");
  expect(text).toContain("| state a node, all of it shared out | ≤ 6000 bytes | 6000 bytes | met |");
  expect(text).toMatch(
    /\| 1 \| pulumi \| 0\.70 \| 44\.0 s .*s1 9, a1 13 \|\n\| 1 \| script \| 0\.50 \| 40\.0 s /,
  );
});
