import { readdirSync } from "node:fs";
import { join } from "node:path";
import { complaints } from "../../../providers/preflight/complaints";
import { s1, scene, seen } from "./scene";

test("nothing is wrong with bare machines", () => {
  expect(complaints(scene([s1(), seen("s2"), seen("s3"), seen("a4")]), {})).toEqual([]);
});

test("every file of findings has its cases", () => {
  const findings = readdirSync(join(__dirname, "../../../providers/preflight/findings"));
  const tested = readdirSync(join(__dirname, "findings")).map((file) => file.replace(".test.ts", ".ts"));
  expect(tested).toEqual(expect.arrayContaining(findings.filter((file) => file !== "checklist.ts")));
});

test("an override changes a finding's level, or leaves it out", () => {
  const machines = [s1({ swap: ["/dev/sda2"], cpus: ["1"], ntp: ["no"] })];
  const found = complaints(scene(machines), { swap: "error", cpus: "warning", ntp: "ignore" });
  expect(found.map(({ name, level }) => [name, level])).toEqual([
    ["cpus", "warning"],
    ["swap", "error"],
  ]);
});
