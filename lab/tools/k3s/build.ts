import { cpSync, existsSync, mkdirSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../command";
import type { Phase } from "../../console";
import { inRepository } from "../../folders";
import { type K3sName, k3s } from "../catalog";
import { unpackPackages } from "../debian";
import { type Go, goBuild, goModule, linked, moduleFolder } from "../go";
import { findOnPath } from "../host";
import { debianPackages, layOutPayload, packPayload } from "./payload";

/** As k3s's own build script has them. */
const tags = [
  ...["ctrd", "netcgo", "osusergo", "providerless", "urfave_cli_no_docs", "sqlite_omit_load_extension"],
  ...["apparmor", "seccomp"],
];

const k3sModule = "github.com/k3s-io/k3s";

const shimName = "containerd-shim-runc-v2";

/** The files that decide what the build gives. */
export function k3sRecipe(name: K3sName): string[] {
  const shared = ["build.ts", "payload.ts", "data.go", "runc.sh", "flannel.sh"].map(
    (file) => `lab/tools/k3s/${file}`,
  );
  return [`lab/tools/go/${name}/go.mod`, `lab/tools/go/${name}/go.sum`, ...shared];
}

/**
 * Builds k3s from its Go module, as its release scripts do: the server, the archive of all that it
 * needs on a machine, and the one file that carries the archive. Gives what it was made from.
 */
export async function buildK3s(name: K3sName, go: Go, folder: string, phase: Phase): Promise<string> {
  const { version, module, containerd } = k3s[name];
  const work = join(folder, "work");
  const source = join(work, "source");
  const at = (...path: string[]) => join(work, ...path);
  mkdirSync(work);
  phase.progress("fetching the source");
  await copySource(await fetchSource(go, name, work), source);

  phase.progress("compiling the server");
  const flags = versionFlags(go, version, module);
  const both = { tags, cgo: true };
  await goBuild(
    go,
    { ...both, module: source, packagePath: "./cmd/server", output: at("server"), linkerFlags: flags },
    phase,
  );
  // In containerd's own module, as k3s does: k3s's has other versions of what the shim is made of.
  const shim = { module: await moduleFolder(go, source, containerd), packagePath: `./cmd/${shimName}` };
  await goBuild(go, { ...both, ...shim, output: at("shim") }, phase);

  phase.progress("fetching runc and the CNI plugins");
  const zstd = await findOnPath("zstd");
  const packages = await unpackPackages(zstd ? debianPackages : [...debianPackages, "zstd"], at("debian"));
  phase.progress("packing the archive");
  await layOutPayload(at("payload"), {
    server: at("server"),
    shim: at("shim"),
    checkConfig: join(source, "contrib", "util", "check-config.sh"),
    debian: at("debian"),
  });
  await packPayload(
    at("payload"),
    zstd ?? at("debian", "usr", "bin", "zstd"),
    join(source, "pkg/data/embed"),
  );
  phase.progress("building the file that carries the archive");
  await goBuild(
    go,
    {
      module: source,
      packagePath: "./cmd/k3s",
      output: join(folder, "k3s"),
      tags: ["urfave_cli_no_docs"],
      linkerFlags: flags,
    },
    phase,
  );
  await rm(work, { recursive: true, force: true });
  return `go build ${k3sModule}@${module} (${go.version}), Debian packages ${packages.join(", ")}`;
}

/** In a copy of the tiny module that pins it, since Go may want to write beside a go.mod. */
async function fetchSource(go: Go, name: K3sName, work: string): Promise<string> {
  const pin = join(work, "pin");
  mkdirSync(pin);
  for (const file of ["go.mod", "go.sum"]) {
    await copyFile(inRepository("lab", "tools", "go", name, file), join(pin, file));
  }
  return goModule(go, pin, k3sModule);
}

/** Nothing can be added inside Go's module cache, and what k3s embeds has to be added. */
async function copySource(from: string, to: string): Promise<void> {
  cpSync(from, to, { recursive: true });
  await command("chmod", ["-R", "u+w", to]);
  cpSync(join(to, "manifests"), join(to, "pkg", "deploy", "embed"), { recursive: true });
  const data = join(to, "pkg", "data");
  if (existsSync(join(data, "embed"))) return;
  mkdirSync(join(data, "embed"));
  await copyFile(inRepository("lab", "tools", "k3s", "data.go"), join(data, "embedded.go"));
}

/** k3s refuses to start when it was not built with the Go that it was told of. */
function versionFlags(go: Go, version: string, module: string): string[] {
  const own = `${k3sModule}/pkg/version`;
  return [
    linked(`${own}.Version`, version),
    linked(`${own}.GitCommit`, module.slice(-12, -4)),
    linked(`${own}.UpstreamGolang`, go.version),
    linked("k8s.io/client-go/pkg/version.gitVersion", version),
    linked("k8s.io/component-base/version.gitVersion", version),
  ];
}
