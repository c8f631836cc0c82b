import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "../../../../lab/folders";
import { scratchFolder, stub } from "../scratch";

const folder = scratchFolder();
const without = "000001fffeffffff";
const complete = "000001ffffffffff";
const bundle = () => join(folder(), "bundle");

function config(score: number): string {
  return `{"process":{"args":["say \\"oomScoreAdj\\":-1"],"oomScoreAdj":${score},"cwd":"/"},"root":{}}`;
}

/** Runs the wrapper in front of a runc that prints its arguments and ends with 7. */
function runc(args: string[], { score = -998, own = "-500", capabilities = without } = {}): string {
  copyFileSync(inRepository("lab", "tools", "k3s", "runc.sh"), join(folder(), "runc"));
  stub(join(folder(), "runc.real"), `printf '%s|' "$@"; exit 7`);
  const proc = join(folder(), "proc");
  for (const name of [proc, bundle()]) mkdirSync(name);
  writeFileSync(join(proc, "status"), `Name:\trunc\nCapPrm:\t0\nCapBnd:\t${capabilities}\nSeccomp:\t0\n`);
  writeFileSync(join(proc, "oom_score_adj"), `${own}\n`);
  writeFileSync(join(bundle(), "config.json"), config(score));
  const env = { PATH: process.env.PATH, RUNC_WRAPPER_PROC: proc };
  const result = spawnSync("dash", [join(folder(), "runc"), ...args], { encoding: "utf8", env });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(7);
  return result.stdout;
}

const bundleConfig = () => readFileSync(join(bundle(), "config.json"), "utf8");
const create = () => ["--root", "/run/create", "create", "--bundle", bundle(), "--pid-file", "/p id", "c1"];

test("without the capability, a score below the caller's own is raised to it and nothing else changes", () => {
  runc(create());
  expect(bundleConfig()).toBe(config(-500));
  expect(readdirSync(bundle())).toEqual(["config.json"]);
});

test("runc gets its arguments as they were given", () => {
  expect(runc(create())).toBe(`${create().join("|")}|`);
});

test.each([
  ["--bundle=DIR", () => ["create", `--bundle=${bundle()}`, "c1"]],
  ["-b DIR", () => ["create", "-b", bundle(), "c1"]],
])("the bundle is understood as %s", (_, args) => {
  runc(args());
  expect(bundleConfig()).toBe(config(-500));
});

test.each([
  ["the capability is there", create, { capabilities: complete }],
  ["the score is the caller's own", create, { score: -500 }],
  ["the score is higher", create, { score: 1000 }],
  ["the caller's own score is lower", create, { own: "-999" }],
  ["the command is another", () => ["start", "--bundle", bundle(), "c1"], {}],
  [
    "only an option's value is called create",
    () => ["--root", "create", "start", "--bundle", bundle(), "c1"],
    {},
  ],
  ["there is no bundle", () => ["create", "c1"], {}],
])("nothing changes when %s", (_, args, options) => {
  const before = config((options as { score?: number }).score ?? -998);
  runc(args(), options);
  expect(bundleConfig()).toBe(before);
});
