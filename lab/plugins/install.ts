import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { quote } from "../../remote/quote";
import { inRepository } from "../folders";
import { packageVersion } from "./version";

const names = ["random", "command"] as const;

/** Writes the plugins' executables into a folder that is to be on PATH. */
export async function installPlugins(folder: string): Promise<void> {
  await Promise.all(names.map((name) => writeLauncher(name, folder)));
}

/** Writes them where the Pulumi CLI keeps the plugins that it downloads, under their versions. */
export async function installPluginsInHome(pulumiHome: string): Promise<void> {
  await Promise.all(
    names.map((name) => {
      const version = packageVersion(`@pulumi/${name}`);
      return writeLauncher(name, join(pulumiHome, "plugins", `resource-${name}-v${version}`));
    }),
  );
}

/** A launcher that is there is whole: the CLI may look while it is written. */
async function writeLauncher(name: string, folder: string): Promise<void> {
  const file = join(folder, `pulumi-resource-${name}`);
  const main = inRepository("dist", "lab", "plugins", name, "main.js");
  const unfinished = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(unfinished, `#!/bin/sh\nexec node ${quote(main)} "$@"\n`);
  await chmod(unfinished, 0o755);
  await rename(unfinished, file);
}
