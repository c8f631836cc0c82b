import { execFileSync } from "node:child_process";
import { inRepository } from "../../../lab/folders";

test("the benchmark of the look at the machines still runs", () => {
  const said = execFileSync(process.execPath, [inRepository("bench", "preflight.mjs"), "2"], {
    encoding: "utf8",
  });
  expect(said).toMatch(/^2 machines: \d+\.\d\d s, 0 mistakes\n$/);
});
