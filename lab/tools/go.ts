import { CommandError, command } from "../command";
import type { Phase } from "../console";
import { Problem } from "../problem";
import { requireSpace } from "../space";
import { findOnPath } from "./host";
import { undoneAtExit } from "./interruption";
import { atLeast, versionIn } from "./versions";

export interface Go {
  executable: string;
  /** As Go itself writes it: go1.26.8. */
  version: string;
}

export interface GoBuild {
  /** The folder of the go.mod whose go.sum pins everything that is compiled. */
  module: string;
  packagePath: string;
  output: string;
  linkerFlags?: string[];
  tags?: string[];
  cgo?: boolean;
}

/** What keeps builds the same for everyone: what is pinned is what is built, with the Go that is there. */
export function goEnvironment(cgo = false): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local", CGO_ENABLED: cgo ? "1" : "0" };
}

export async function findGo(): Promise<Go | undefined> {
  const executable = await findOnPath("go");
  if (!executable) return undefined;
  const version = await command(executable, ["env", "GOVERSION"], { env: goEnvironment() }).catch(() => "");
  return version ? { executable, version: version.trim() } : undefined;
}

export async function requireGo(): Promise<Go> {
  const go = await findGo();
  if (go) return go;
  throw new Problem("There is no Go on PATH.", "Install Go (https://go.dev/dl), then run this again.");
}

/** Why this machine's Go cannot build what needs at least `oldest`, or nothing. */
export async function reasonNoGo(oldest: string): Promise<string | undefined> {
  const go = await findGo();
  if (!go) return `there is no Go (${oldest} or newer) on PATH to build it`;
  if (!atLeast(versionIn(go.version), oldest)) return `${go.version} is too old to build it (${oldest})`;
  return undefined;
}

export function buildArguments({ packagePath, output, linkerFlags = [], tags = [] }: GoBuild): string[] {
  return [
    ...["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"],
    ...(tags.length > 0 ? ["-tags", tags.join(" ")] : []),
    ...["-ldflags", ["-s", "-w", ...linkerFlags].join(" ")],
    ...["-o", output, packagePath],
  ];
}

/** Sets a package variable at link time. */
export function linked(variable: string, value: string): string {
  return `-X ${variable}=${value}`;
}

/** Builds one executable from pinned modules; an interrupted build goes on from Go's own cache. */
export async function goBuild(go: Go, build: GoBuild, phase: Phase): Promise<void> {
  const env = goEnvironment(build.cgo);
  const caches = await command(go.executable, ["env", "GOCACHE", "GOMODCACHE"], { env, cwd: build.module });
  for (const folder of caches.trim().split("\n")) requireSpace(folder);
  let compiled = 0;
  await runGo(go, build.module, buildArguments(build), env, (line) => {
    if (line.startsWith("go: ")) phase.progress(line.slice("go: ".length));
    else phase.progress(`${++compiled} packages compiled, now ${line}`);
  });
}

/** Fetches a module that a go.sum pins and gives its folder in Go's module cache. */
export async function goModule(go: Go, module: string, path: string): Promise<string> {
  const answer = await runGo(go, module, ["mod", "download", "-json", path], goEnvironment());
  return JSON.parse(answer).Dir;
}

/** The folder of a module that another one is built with, once that has been built. */
export async function moduleFolder(go: Go, module: string, path: string): Promise<string> {
  const args = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", path];
  return (await runGo(go, module, args, goEnvironment())).trim();
}

async function runGo(
  go: Go,
  cwd: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  onLine?: (line: string) => void,
): Promise<string> {
  const abort = new AbortController();
  const options = { cwd, env, onLine, signal: abort.signal };
  try {
    return await undoneAtExit(
      () => abort.abort(),
      () => command(go.executable, args, options),
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw goProblem(error);
  }
}

/** go names what went wrong in its last lines; only the remedy differs. */
export function goProblem(error: CommandError): Problem {
  const { stdout, stderr } = error.result;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-8).join("\n  ");
  return new Problem(`Go could not build it:\n  ${said}`, remedy(`${stderr}${stdout}`), { cause: error });
}

function remedy(said: string): string {
  if (/checksum mismatch|SECURITY ERROR/.test(said))
    return "The module is not the pinned one: something between this machine and the module proxy changes downloads.";
  if (/dial tcp|no such host|i\/o timeout|connection refused|TLS handshake|proxyconnect/.test(said))
    return "Check that Go reaches its module proxy (go env GOPROXY), then run this again: it goes on from here.";
  if (/no space left/.test(said)) return "Free some disk space, then run this again: it goes on from here.";
  if (/"gcc"|C compiler/.test(said)) return "Install a C compiler (gcc and libc6-dev), then run this again.";
  return "Run this again: what is compiled already is not compiled twice.";
}
