import { readFileSync } from "node:fs";

interface Package {
  bin?: Record<string, string>;
  files?: string[];
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const own = JSON.parse(readFileSync("package.json", "utf8")) as Package;
const pins = { ...own.dependencies, ...own.devDependencies };

test("@pulumi/command is 1.2.1: the higher numbers on npm are an older release", () => {
  expect(pins["@pulumi/command"]).toBe("1.2.1");
});

test("@pulumi/pulumi stays with the last release for Node 20", () => {
  expect(pins["@pulumi/pulumi"]).toBe("3.248.0");
});

test.each(Object.entries(pins))("%s is pinned to one version, and that one is installed", (name, pin) => {
  expect(pin).toMatch(/^\d+\.\d+\.\d+$/);
  const installed = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as Package;
  expect(installed.version).toBe(pin);
});

test("the lock file names no registry", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toMatch(/"resolved"/);
});

test("the package holds its command, which Node runs", () => {
  const { bin = {}, files = [] } = own;
  expect(bin).toEqual({ "k3s-cluster": "dist/cli/main.js" });
  const source = readFileSync("cli/main.ts", "utf8");
  expect(source.split("\n")[0]).toBe("#!/usr/bin/env node");
  expect(files).toContain("dist");
  expect(files.filter((file) => file.startsWith("!"))).toEqual(["!dist/lab"]);
});
