import { chmod, rename } from "node:fs/promises";
import { join } from "node:path";
import { attempt } from "../../command";
import { Problem } from "../../problem";
import { type K3sName, k3s, k3sRelease } from "../catalog";
import { reasonNoPackages } from "../debian";
import { reasonNoGo, requireGo } from "../go";
import { findOnPath } from "../host";
import { canInstall, installPackages } from "../install";
import type { Found, Tool } from "../tool";
import { buildK3s, k3sRecipe } from "./build";

export function k3sTool(name: K3sName): Tool {
  const { version, oldestGo } = k3s[name];
  return {
    name,
    version,
    main: "k3s",
    onPath: () => k3sOnPath(version),
    download: {
      release: k3sRelease({ version, arch: process.arch }),
      usually: "half a minute, 75 MB",
      unpack: async (file, folder) => {
        await rename(file, join(folder, "k3s"));
        await chmod(join(folder, "k3s"), 0o755);
      },
    },
    build: {
      usually: "10 to 15 minutes on two cores",
      obstacle: () => obstacle(oldestGo),
      remedy: `install Go ${oldestGo} or newer (https://go.dev/dl) and gcc, on Debian or Ubuntu`,
      recipe: k3sRecipe(name),
      run: async (folder, phase) => {
        if (!(await findOnPath("gcc"))) await installPackages(["gcc", "libc6-dev"], "20 s");
        const source = await buildK3s(name, await requireGo(), folder, phase);
        await requireVersion(join(folder, "k3s"), version);
        return { version, source };
      },
    },
  };
}

async function obstacle(oldestGo: string): Promise<string | undefined> {
  const noCompiler = async () =>
    (await findOnPath("gcc")) || canInstall() ? undefined : "there is no gcc to build its database with";
  return (await reasonNoGo(oldestGo)) ?? (await noCompiler()) ?? (await reasonNoPackages());
}

/** Only the very version will do: tests are about what this one does. */
async function k3sOnPath(version: string): Promise<Found | undefined> {
  const executable = await findOnPath("k3s");
  return executable && (await k3sVersion(executable)) === version ? { executable, version } : undefined;
}

async function requireVersion(executable: string, version: string): Promise<void> {
  const got = await k3sVersion(executable);
  if (got === version) return;
  throw new Problem(`The k3s that was built says it is ${got}, not ${version}.`, "Run this again.");
}

async function k3sVersion(executable: string): Promise<string | undefined> {
  const { stdout } = await attempt(executable, ["--version"], { timeout: 20_000 });
  return /^k3s version (\S+)/.exec(stdout)?.[1];
}
