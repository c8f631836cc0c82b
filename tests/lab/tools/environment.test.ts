import { spawnSync } from "node:child_process";
import { row } from "../../../lab/doctor";
import { exportLines } from "../../../lab/env";
import { inFront } from "../../../lab/tools/environment";

test("a shell that reads the export lines has the values, and keeps its PATH", () => {
  const awkward = `it's $HOME "quoted"\\`;
  const lines = exportLines(["/it's/a folder", "/b"], { AWKWARD: awkward });
  const { stdout } = spawnSync("/bin/sh", ["-c", `${lines}printf '%s|%s' "$PATH" "$AWKWARD"`], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin" },
  });
  expect(stdout).toBe(`/it's/a folder:/b:/usr/bin:/bin|${awkward}`);
});

test("the output is export lines only", () => {
  expect(exportLines(["/a"], { ONE: "1", TWO: "2" })).toBe(
    `export PATH='/a':"$PATH"\nexport ONE='1'\nexport TWO='2'\n`,
  );
});

test.each([
  [["/a"], "/usr/bin:/bin", "/a:/usr/bin:/bin"],
  [["/a", "/b"], "/usr/bin:/a", "/a:/b:/usr/bin"],
  [["/a"], "", "/a"],
])("%j in front of %j is %j", (folders, path, result) => {
  expect(inFront(folders, path)).toBe(result);
});

test.each([
  ["what is there", { version: "1.0", from: "/usr/bin/x" }, ["x", "1.0", "/usr/bin/x", ""]],
  [
    "what was made",
    { version: "1.0", from: "go build example.com/x (go1.26.8)" },
    ["x", "1.0", "go build, in the cache", ""],
  ],
  ["what will be made", { from: "-", remark: "made when needed" }, ["x", "-", "-", "made when needed"]],
  ["what is missing", { from: "-", missing: true }, ["x", "-", "-", "missing (it is good for y)"]],
  [
    "what is missing and its remedy",
    { from: "-", missing: true, remark: "install x" },
    ["x", "-", "-", "missing (it is good for y): install x"],
  ],
])("the doctor's row for %s", (_, standing, cells) => {
  expect(row({ name: "x", why: "it is good for y" }, standing)).toEqual(cells);
});
