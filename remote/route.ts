import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { Trouble } from "./errors";
import { wildcard } from "./patterns";
import { resolve } from "./resolve";
import type { Hop, SshTarget } from "./target";
import { inHome, readUserFile } from "./user-file";

const defaultFile = "~/.ssh/config";

/** Texts of configuration files, each read once in this process. */
const texts = new Map<string, string>();

/** The way to a machine, itself last. */
export function routeTo(target: SshTarget): Hop[] {
  return resolve(target, configOf(target), {
    home: homedir(),
    localUser: userInfo().username,
    exists: existsSync,
    include: (pattern) =>
      filesOf(inSsh(pattern)).map((file) => cached(file, () => readFileSync(file, "utf8"))),
  });
}

function configOf({ configFile = defaultFile, host }: SshTarget): string {
  if (configFile === false) return "";
  return cached(configFile, () => {
    try {
      return readUserFile(configFile);
    } catch (error) {
      if (configFile === defaultFile && (error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw new Trouble({
        kind: "failed",
        cause: `ssh's configuration, by which ${host} is to be found, cannot be read: ${(error as Error).message}`,
        remedy: "Correct configFile, make the file readable, or leave it out by configFile: false.",
      });
    }
  });
}

function cached(path: string, read: () => string): string {
  const text = texts.get(path) ?? read();
  texts.set(path, text);
  return text;
}

function inSsh(pattern: string): string {
  const path = inHome(pattern);
  return isAbsolute(path) ? path : join(homedir(), ".ssh", path);
}

/** The files that a path with wildcards stands for, in the order of their names. */
function filesOf(pattern: string): string[] {
  const [, ...parts] = pattern.split("/");
  return parts
    .reduce((found, part) => found.flatMap((folder) => inFolder(folder, part)), [""])
    .filter(existsSync);
}

function inFolder(folder: string, part: string): string[] {
  if (!/[*?]/.test(part)) return [`${folder}/${part}`];
  try {
    const names = readdirSync(folder || "/").filter((name) => !name.startsWith(".") && wildcard(part, name));
    return names.sort().map((name) => `${folder}/${name}`);
  } catch {
    // A folder that is not there has no files: ssh says nothing of that, either.
    return [];
  }
}
