import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const product = "pulumi-k3s-cluster";

/** Tools, images and packages that took long to get; safe to delete, shared by all clones. */
export function cacheFolder(...path: string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), product, ...path);
}

/** What must outlive a command: the keys and addresses of running labs. */
export function stateFolder(...path: string[]): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), product, ...path);
}

/** A path in this clone, whether the caller runs compiled from dist or from its source. */
export function inRepository(...path: string[]): string {
  return join(root(__dirname), ...path);
}

function root(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : root(dirname(folder));
}
