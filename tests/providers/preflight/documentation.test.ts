import { readFileSync } from "node:fs";
import { join } from "node:path";
import { levels } from "../../../providers/preflight/findings/checklist";

test("the documentation lists every finding with its level, in the order they are told", () => {
  const text = readFileSync(join(__dirname, "../../../docs/preflight.md"), "utf8");
  const listed = [...text.matchAll(/^\| `([^`]+)` \| (\w+) \| [^|]+ \| [^|]+ \|$/gm)];
  expect(listed.map(([, name, level]) => [name, level])).toEqual(Object.entries(levels));
});
