import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, type CommandOptions, type CommandResult, command } from "../../lab/command";
import { inRepository } from "../../lab/folders";
import { link, makeProject } from "../../lab/project";
import { pulumiEnvironment } from "../../lab/tools/environment";

/** A Pulumi project in a folder of its own, with its own backend and its own Pulumi home. */
export interface Stack {
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Runs pulumi and gives what it prints; a failure throws. */
  pulumi(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Runs pulumi whatever comes of it. */
  tryPulumi(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  remove(): void;
}

/** Makes a stack from a program's files, such as those of an example. */
export function newStack(program: string): Promise<Stack> {
  return stackFrom((project) => cpSync(program, project, { recursive: true }));
}

/** Makes a stack of this repository's own program, with a manifest. */
export function newClusterStack(manifest: string): Promise<Stack> {
  return stackFrom((project) => makeProject(project, "t", manifest));
}

async function stackFrom(fill: (project: string) => void): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "stack-"));
  const project = join(folder, "project");
  fill(project);
  link(inRepository("node_modules"), join(project, "node_modules"));
  mkdirSync(join(folder, "state"));
  const env = {
    ...(await pulumiEnvironment(join(folder, "home"))),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };
  const all = (args: readonly string[]) => ["--cwd", project, "--non-interactive", ...args];
  const stack: Stack = {
    folder: project,
    env,
    pulumi: (args, options) => command("pulumi", all(args), { ...options, env }),
    tryPulumi: (args, options) => attempt("pulumi", all(args), { ...options, env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  await stack.pulumi(["stack", "init", "t"]);
  return stack;
}
