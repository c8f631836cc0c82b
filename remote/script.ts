import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Script } from "./machine";

const loaded = new Map<string, Script>();

/** One of the shell files under scripts/, with those that it names by ". scripts/<name>.sh" in the place of that line. */
export function script(name: string): Script {
  const known = loaded.get(name);
  if (known) return known;
  const fresh = { name, text: textOf(name) };
  loaded.set(name, fresh);
  return fresh;
}

/** The machine that runs it has no such files: it is sent whole. */
function textOf(name: string): string {
  const text = readFileSync(join(packageRoot(__dirname), "scripts", `${name}.sh`), "utf8");
  return text.replaceAll(/^\. scripts\/([a-z-]+)\.sh$/gm, (_line, part: string) => textOf(part));
}

/** This file runs from its source in tests and from dist otherwise. */
function packageRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageRoot(dirname(folder));
}
