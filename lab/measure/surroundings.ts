import { cpus, release, totalmem } from "node:os";
import { command } from "../command";
import { inRepository } from "../folders";

/** Where and of what the figures were taken. */
export interface Surroundings {
  date: string;
  commit: string;
  command: string;
  cores: number;
  cpu: string;
  memoryGiB: number;
  kernel: string;
}

export async function surroundings(line: string): Promise<Surroundings> {
  const git = (...args: string[]) => command("git", args, { cwd: inRepository() });
  const commit = (await git("rev-parse", "--short=12", "HEAD")).trim();
  const changed = (await git("status", "--porcelain", "--", ".", ":!bench")).trim() !== "";
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: changed ? `${commit} with uncommitted changes` : commit,
    command: line,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
  };
}
