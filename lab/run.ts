import { Problem } from "./problem";

const commands: Record<string, () => Promise<{ main(args: string[]): Promise<number> }>> = {
  demo: () => import("./demo"),
  test: () => import("./test"),
  campaign: () => import("./campaign"),
  bench: () => import("./bench"),
  lab: () => import("./main"),
  doctor: () => import("./doctor"),
  setup: () => import("./setup"),
  env: () => import("./env"),
  reference: () => import("./reference"),
};

/** Runs one of the commands that package.json names; the exit code tells how it went. */
export async function run(name: string, args: string[]): Promise<void> {
  try {
    const load = commands[name];
    if (!load)
      throw new Problem(`There is no command "${name}".`, `Use one of: ${Object.keys(commands).join(", ")}.`);
    process.exitCode = await (await load()).main(args);
  } catch (error) {
    process.stderr.write(error instanceof Problem ? `\n${error.message}\n` : `\n${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
