import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../../lab/command";
import { inRepository } from "../../../lab/folders";
import { installPlugins, installPluginsInHome } from "../../../lab/plugins/install";

jest.mock("../../../lab/folders", () => ({ inRepository: jest.fn() }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plugins it's "));
  jest.mocked(inRepository).mockImplementation((...path) => join(folder, "repo $HOME", ...path));
});
afterEach(() => rm(folder, { recursive: true }));

test("writes executables that start the compiled plugins, whatever the path", async () => {
  const bin = join(folder, "new", "bin");
  await installPlugins(bin);
  expect((await readdir(bin)).sort()).toEqual(["pulumi-resource-command", "pulumi-resource-random"]);
  await standIn("node", '#!/bin/sh\nprintf "%s|" "$@"\n');
  for (const name of ["command", "random"]) {
    const file = join(bin, `pulumi-resource-${name}`);
    expect((await stat(file)).mode & 0o777).toBe(0o755);
    const printed = await command(file, ["--logtostderr", "127.0.0.1:1 2"], { env: { PATH: folder } });
    expect(printed).toBe(
      `${join(folder, "repo $HOME/dist/lab/plugins", name, "main.js")}|--logtostderr|127.0.0.1:1 2|`,
    );
  }
});

test("replaces what is there", async () => {
  await writeFile(join(folder, "pulumi-resource-random"), "old");
  await installPlugins(folder);
  expect(await readFile(join(folder, "pulumi-resource-random"), "utf8")).toMatch(/^#!\/bin\/sh\nexec node /);
});

test("writes them where the Pulumi CLI keeps what it downloads, under the npm packages' versions", async () => {
  await installPluginsInHome(folder);
  expect((await readdir(join(folder, "plugins"), { recursive: true })).sort()).toEqual([
    "resource-command-v1.2.1",
    "resource-command-v1.2.1/pulumi-resource-command",
    "resource-random-v4.21.2",
    "resource-random-v4.21.2/pulumi-resource-random",
  ]);
});

async function standIn(name: string, text: string) {
  await writeFile(join(folder, name), text);
  await chmod(join(folder, name), 0o755);
}
