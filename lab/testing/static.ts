import { command, interactive } from "../command";
import { inRepository } from "../folders";
import { provide } from "../tools/tools";

/** What can be checked without running anything. */
export const staticChecks: { name: string; run(): Promise<boolean> }[] = [
  { name: "format and lint", run: () => nodeTool("@biomejs/biome/bin/biome", ["ci", ".", ...plain]) },
  { name: "types", run: () => nodeTool("typescript/bin/tsc", ["-p", "tests/tsconfig.json"]) },
  { name: "shellcheck", run: shellcheck },
];

/** Colours confuse whoever reads a log. */
const plain = process.stdout.isTTY ? [] : ["--colors=off"];

function nodeTool(program: string, args: string[]): Promise<boolean> {
  return succeeds(process.execPath, [inRepository("node_modules", program), ...args]);
}

async function shellcheck(): Promise<boolean> {
  const { executable } = await provide("shellcheck");
  const scripts = await command("git", ["ls-files", "-co", "--exclude-standard", "*.sh", ".ci/run"], {
    cwd: inRepository(),
  });
  return succeeds(executable, scripts.trim().split("\n"));
}

async function succeeds(file: string, args: string[]): Promise<boolean> {
  return (await interactive(file, args, process.env, inRepository())) === 0;
}
