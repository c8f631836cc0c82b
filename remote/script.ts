import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Script } from "./machine";

const loaded = new Map<string, Script>();

/** One of the shell files under scripts/. */
export function script(name: string): Script {
  const known = loaded.get(name);
  if (known) return known;
  const fresh = { name, text: readFileSync(join(packageRoot(__dirname), "scripts", `${name}.sh`), "utf8") };
  loaded.set(name, fresh);
  return fresh;
}

/** This file runs from its source in tests and from dist otherwise. */
function packageRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageRoot(dirname(folder));
}
