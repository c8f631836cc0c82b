import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isGoodVersion, pulumiOnPath } from "../../../lab/tools/pulumi";
import { scratchFolder, stub } from "./scratch";

const folder = scratchFolder();

test.each([
  ["3.199.9", false],
  ["3.200.0", true],
  ["3.259.0", true],
  ["4.0.0", false],
])("pulumi %s being good enough is %s", (version, good) => {
  expect(isGoodVersion(version)).toBe(good);
});

/** A folder with a pulumi of that version, and the host of Node programs beside it where wanted. */
function installed(name: string, version: string, ...beside: string[]): string {
  const bin = join(folder(), name);
  mkdirSync(bin);
  stub(join(bin, "pulumi"), `[ "$1" = version ] && echo v${version}`);
  for (const other of beside) stub(join(bin, other), "exit 0");
  return bin;
}

test("a recent pulumi with its Node host beside it is taken from PATH", async () => {
  const bin = installed("bin", "3.230.1", "pulumi-language-nodejs");
  expect(await pulumiOnPath(`/nowhere:${bin}`)).toEqual({
    executable: join(bin, "pulumi"),
    version: "3.230.1",
  });
});

test("the Node host may be elsewhere on PATH", async () => {
  const bin = installed("bin", "3.230.1");
  const host = join(folder(), "host");
  mkdirSync(host);
  stub(join(host, "pulumi-language-nodejs"), "exit 0");
  expect(await pulumiOnPath(`${bin}:${host}`)).toMatchObject({ version: "3.230.1" });
});

test("a pulumi that cannot run Node programs is left alone", async () => {
  expect(await pulumiOnPath(installed("bin", "3.230.1"))).toBeUndefined();
});

test("an old pulumi is left alone", async () => {
  expect(await pulumiOnPath(installed("bin", "3.100.0", "pulumi-language-nodejs"))).toBeUndefined();
});

test("without pulumi on PATH there is none", async () => {
  expect(await pulumiOnPath(folder())).toBeUndefined();
});
