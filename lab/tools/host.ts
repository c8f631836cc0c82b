import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { attempt } from "../command";
import { versionIn } from "./versions";

/** Where PATH finds a command, or nothing. */
export async function findOnPath(command: string, path = process.env.PATH): Promise<string | undefined> {
  for (const folder of (path ?? "").split(delimiter).filter(Boolean)) {
    const file = join(folder, command);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** What a command says its version is; nothing when it is absent or gives none. */
export async function versionOf(file: string, ...args: string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await attempt(file, args, { timeout: 20_000 });
  return code === 0 ? versionIn(stdout || stderr) : undefined;
}
