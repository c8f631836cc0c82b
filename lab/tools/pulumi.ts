import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { command } from "../command";
import { inRepository } from "../folders";
import { pulumi, pulumiRelease } from "./catalog";
import { type GoBuild, goBuild, linked, reasonNoGo, requireGo } from "./go";
import { findOnPath, isExecutable, versionOf } from "./host";
import type { Found, Tool } from "./tool";
import { atLeast, compareVersions } from "./versions";

/** A script of the npm package; Pulumi's own releases have it beside the CLI, and warn when it is not. */
export const dynamicHost = "pulumi-resource-pulumi-nodejs";
const languageHost = "pulumi-language-nodejs";
const modules = ["pulumi", languageHost].map((name) => `lab/tools/go/${name}`);

export const pulumiTool: Tool = {
  name: "pulumi",
  version: pulumi.version,
  main: "pulumi",
  onPath: () => pulumiOnPath(),
  download: {
    release: pulumiRelease({ version: pulumi.version, platform: process.platform, arch: process.arch }),
    usually: "a minute, 100 MB",
    unpack: async (file, folder) => {
      await command("tar", ["-xzf", file, "-C", folder, "--strip-components=1"]);
    },
  },
  build: {
    usually: "4 to 8 minutes",
    obstacle: () => reasonNoGo(pulumi.oldestGo),
    remedy: `install Go ${pulumi.oldestGo} or newer (https://go.dev/dl)`,
    recipe: ["lab/tools/pulumi.ts", ...modules.flatMap((folder) => [`${folder}/go.mod`, `${folder}/go.sum`])],
    run: async (folder, phase) => {
      const go = await requireGo();
      for (const build of pulumiBuilds(folder)) await goBuild(go, build, phase);
      await copyFile(
        inRepository("node_modules", "@pulumi", "pulumi", dynamicHost),
        join(folder, dynamicHost),
      );
      const source = `go build of pulumi ${pulumi.version} and ${languageHost} ${pulumi.languageHost} (${go.version})`;
      return { version: pulumi.version, source };
    },
  },
};

/** A Pulumi of the user's own will do, when it is not too old and can run Node programs. */
export async function pulumiOnPath(path = process.env.PATH): Promise<Found | undefined> {
  const executable = await findOnPath("pulumi", path);
  if (!executable) return undefined;
  const beside = await isExecutable(join(dirname(executable), languageHost));
  if (!beside && !(await findOnPath(languageHost, path))) return undefined;
  const version = await versionOf(executable, "version");
  return version && isGoodVersion(version) ? { executable, version } : undefined;
}

export function isGoodVersion(version: string): boolean {
  return atLeast(version, pulumi.oldest) && compareVersions(version, "4.0.0") < 0;
}

function pulumiBuilds(folder: string): GoBuild[] {
  const version = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  const build = (name: string, packagePath: string, number: string): GoBuild => ({
    module: inRepository("lab", "tools", "go", name),
    packagePath,
    output: join(folder, name),
    linkerFlags: [linked(version, `v${number}`)],
  });
  return [
    build("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", pulumi.version),
    build(
      languageHost,
      "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
      pulumi.languageHost,
    ),
  ];
}
