import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../problem";
import { shellcheck } from "./catalog";
import { reasonNoPackages, unpackPackages } from "./debian";
import { findOnPath, versionOf } from "./host";
import type { Tool } from "./tool";
import { atLeast } from "./versions";

export const shellcheckTool: Tool = {
  name: "shellcheck",
  version: "debian",
  main: "shellcheck",
  onPath: async () => {
    const executable = await findOnPath("shellcheck");
    const version = executable && (await versionOf(executable, "--version"));
    return executable && version && atLeast(version, shellcheck.oldest) ? { executable, version } : undefined;
  },
  build: {
    usually: "10 seconds",
    obstacle: reasonNoPackages,
    remedy: "install shellcheck 0.9 or newer",
    recipe: ["lab/tools/shellcheck.ts"],
    run: async (folder) => {
      const debian = join(folder, "debian");
      const [installed] = await unpackPackages(["shellcheck"], debian);
      await copyFile(join(debian, "usr", "bin", "shellcheck"), join(folder, "shellcheck"));
      await rm(debian, { recursive: true });
      const version = await versionOf(join(folder, "shellcheck"), "--version");
      if (!version) {
        throw new Problem(
          "Debian's shellcheck does not run here: a library that it needs is missing.",
          "Install it on this machine (apt-get install shellcheck), then run this again.",
        );
      }
      return { version, source: `Debian package ${installed}` };
    },
  },
};
