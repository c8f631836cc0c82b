#!/usr/bin/env node
import { ManifestError } from "../manifest/mistakes";
import { atStep, StepError } from "../providers/failure";
import { closeAll } from "../remote/pool";
import { Problem } from "./problem";

const usage = `k3s-cluster COMMAND

  snapshot   saves etcd now, and beside it the token that it can be restored with

k3s-cluster COMMAND --help says more.`;

const commands: Record<string, () => Promise<{ main(args: string[]): Promise<string> }>> = {
  snapshot: () => import("./snapshot"),
};

/** Runs a command, prints its answer, and gives the exit code: 0, or 1 where it failed. */
export async function run([name, ...args]: string[]): Promise<number> {
  try {
    process.stdout.write(`${await answer(name, args)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    return 1;
  } finally {
    await closeAll();
  }
}

async function answer(name: string | undefined, args: string[]): Promise<string> {
  if (name === "--help" || name === "-h" || name === "help") return usage;
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load)
    throw new Problem(name ? `there is no command "${name}"` : "which command?", `choose from:\n\n${usage}`);
  return (await load()).main(args);
}

/** A stack is for what is no user's mistake and no machine's failure. */
function told(thrown: unknown): string {
  const error = atStep("", thrown);
  const expected = [Problem, ManifestError, StepError].some((kind) => error instanceof kind);
  return expected ? error.message : (error.stack ?? error.message);
}

if (require.main === module)
  void run(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
