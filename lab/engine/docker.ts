import { CommandError, type CommandOptions, command } from "../command";

/** Marks everything a lab makes, so that `down` finds it even when the lab's own files are gone. */
export const labLabel = "pulumi-k3s-cluster.lab";

/** Runs one docker command and gives its output without the final newline. */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return (await command("docker", args, options)).trimEnd();
}

/** Runs a command in a container as root. */
export function inContainer(container: string, args: readonly string[], input?: string): Promise<string> {
  const stdin = input === undefined ? [] : ["-i"];
  return docker(["exec", ...stdin, container, ...args], { input });
}

/** The lines of a docker listing, without the empty one that an empty listing is. */
export async function listed(args: readonly string[]): Promise<string[]> {
  return (await docker(args)).split("\n").filter((line) => line !== "");
}

/** True when docker's answer says that the thing is not there (any more). */
export function isMissing(error: unknown): boolean {
  return error instanceof CommandError && /no such|not found/i.test(error.result.stderr);
}
