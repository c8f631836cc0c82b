import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, type CommandOptions, type CommandResult } from "./command";
import { pulumiEnvironment } from "./tools/environment";

/** A Pulumi project in a folder of its own, with its own backend and its own Pulumi home. */
export interface Stack {
  /** Where its project is. */
  folder: string;
  env: NodeJS.ProcessEnv;
  /** What every call of pulumi for this project begins with. */
  common: readonly string[];
  /** Runs pulumi and gives what it prints; a failure throws. */
  pulumi(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Runs pulumi whatever comes of it. */
  tryPulumi(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  remove(): void;
}

/**
 * Opens the stack in this folder, and makes it when it is not there; `fill` brings the project's files.
 * Projects in one folder share its backend.
 */
export async function openStack(
  folder: string,
  name: string,
  fill: (project: string) => void,
  projectName = "project",
): Promise<Stack> {
  const project = join(folder, projectName);
  mkdirSync(join(folder, "state"), { recursive: true });
  fill(project);
  const env = {
    ...(await pulumiEnvironment(join(folder, "home"))),
    // Beside each file Pulumi would write one with attributes, not in one step: a kill can leave that empty, and then
    // nothing is read.
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}?metadata=skip`,
    // What is secret here opens nothing but machines in a box.
    PULUMI_CONFIG_PASSPHRASE: name,
  };
  const common = ["--cwd", project, "--non-interactive"];
  const stack: Stack = {
    folder: project,
    env,
    common,
    async pulumi(args, options) {
      const { code, stdout, stderr } = await stack.tryPulumi(args, options);
      // What failed stands anywhere in what it prints.
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed (${code}):\n${stdout}${stderr}`);
      return stdout;
    },
    tryPulumi: (args, options) => attempt("pulumi", [...common, ...args], { ...options, env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  await stack.pulumi(["stack", "select", "--create", name]);
  return stack;
}

/** Writes the administrator's kubeconfig of the stack's cluster to a file, and gives that. */
export async function writeKubeconfig(stack: Stack, file: string): Promise<string> {
  const text = await stack.pulumi(["stack", "output", "kubeconfig", "--show-secrets"]);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** How pulumi is run for what these words say, with the engine's events going to a file. */
export function withEvents(
  { common, env }: Stack,
  words: readonly string[],
  log: string,
): { args: string[]; env: NodeJS.ProcessEnv } {
  return {
    args: [...common, ...words, "--event-log", log],
    // Without it pulumi does not know that option, which is there for programs that drive it.
    env: { ...env, PULUMI_DEBUG_COMMANDS: "true" },
  };
}
