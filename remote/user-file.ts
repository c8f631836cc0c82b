import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Reads a file that the user named, with ~ for the home folder. */
export function readUserFile(path: string): string {
  return readFileSync(inHome(path), "utf8");
}

export function inHome(path: string): string {
  return /^~(?=\/|$)/.test(path) ? join(homedir(), path.slice(1)) : path;
}
