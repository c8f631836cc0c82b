import { attempt } from "./command";
import { table } from "./console";
import { engineVersion, versionComplaint } from "./engine/engine";
import { findGo } from "./tools/go";
import { findOnPath, versionOf } from "./tools/host";
import { pluginSource, plugins } from "./tools/plugins";
import { type Standing, survey } from "./tools/survey";
import { tools } from "./tools/tools";

interface Check {
  name: string;
  /** What does not work without it. */
  why: string;
  /** Without it nothing that this repository offers works. */
  needed?: boolean;
  look(): Promise<Standing>;
}

const checks: Check[] = [
  {
    name: "node",
    why: "everything",
    needed: true,
    look: async () => standing(process.execPath, process.version),
  },
  { name: "npm", why: "installs the packages", needed: true, look: () => onHost("npm", "--version") },
  { name: "docker engine", why: "the lab's machines are containers", needed: true, look: engine },
  { name: "pulumi", why: "makes the clusters", needed: true, look: () => survey(tools.pulumi) },
  { name: "plugins", why: "make passwords and run commands", needed: true, look: lookAtPlugins },
  {
    name: "k3s 1.33",
    why: "runs on the lab's machines",
    needed: true,
    look: () => survey(tools["k3s-1.33"]),
  },
  { name: "k3s 1.32", why: "only the upgrade test begins with it", look: () => survey(tools["k3s-1.32"]) },
  { name: "shellcheck", why: "npm test reads the scripts with it", look: () => survey(tools.shellcheck) },
  { name: "ssh", why: "npm run lab -- ssh", look: () => onHost("ssh", "-V") },
  { name: "go", why: "builds what cannot be downloaded", look: lookAtGo },
  { name: "gcc", why: "builds k3s where it cannot be downloaded", look: () => onHost("gcc", "--version") },
  { name: "zstd", why: "packs k3s where it cannot be downloaded", look: () => onHost("zstd", "--version") },
  {
    name: "mmdebstrap",
    why: "makes machines without a container registry",
    look: () => onHost("mmdebstrap", "--version"),
  },
  { name: "git", why: "keeps this repository", look: () => onHost("git", "--version") },
];

/** Says what is here, where it comes from and what is missing; changes nothing. */
export async function main(): Promise<number> {
  const found = await Promise.all(checks.map(async (check) => ({ check, standing: await check.look() })));
  const rows = found.map(({ check, standing }) => row(check, standing));
  process.stdout.write(`${table(["TOOL", "VERSION", "FROM", "REMARK"], rows)}\n`);
  const missing = found.filter(({ check, standing }) => check.needed && standing.missing);
  if (missing.length === 0) return 0;
  process.stdout.write(`\nmissing: ${missing.map(({ check }) => check.name).join(", ")}\n`);
  return 1;
}

export function row({ name, why }: Pick<Check, "name" | "why">, standing: Standing): string[] {
  const { version = "-", from, remark, missing } = standing;
  const what = missing ? `missing (${why})${remark ? `: ${remark}` : ""}` : (remark ?? "");
  return [name, version, from.replace(/^(download|go build|Debian package) .*/, "$1, in the cache"), what];
}

async function onHost(command: string, flag: string): Promise<Standing> {
  const executable = await findOnPath(command);
  if (!executable) return { from: "-", missing: true };
  return standing(executable, await versionOf(executable, flag));
}

function standing(from: string, version: string | undefined): Standing {
  return { from, version: version?.replace(/^v/, "") };
}

async function engine(): Promise<Standing> {
  const version = await engineVersion();
  if (version) {
    const remark = versionComplaint(version);
    return { version, from: "docker", remark, missing: remark !== undefined };
  }
  if (process.getuid?.() === 0 && (await findOnPath("apt-get"))) {
    const how = (await findOnPath("dockerd")) ? "started when needed" : "installed when needed (a minute)";
    return { from: "-", remark: how };
  }
  const { stderr } = await attempt("docker", ["version"]);
  const reason = stderr.trim().split("\n").at(-1);
  return { from: "-", missing: true, remark: `${reason}; install and start Docker 20.10 or newer` };
}

async function lookAtGo(): Promise<Standing> {
  const go = await findGo();
  return go ? { version: go.version.replace(/^go/, ""), from: go.executable } : { from: "-", missing: true };
}

async function lookAtPlugins(): Promise<Standing> {
  const version = plugins()
    .map((plugin) => `${plugin.name} ${plugin.version}`)
    .join(", ");
  const source = await pluginSource();
  if (source.kind === "installed") return { version, from: "Pulumi's home" };
  if (source.kind === "official") return { version, from: "-", remark: "downloaded by Pulumi when needed" };
  return { version, from: "lab/plugins", remark: `standing in, since ${source.reason}` };
}
