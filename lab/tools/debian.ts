import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attempt, command } from "../command";
import { Problem } from "../problem";
import { findOnPath } from "./host";

/** Why packages of Debian cannot be had on this machine, or nothing. */
export async function reasonNoPackages(): Promise<string | undefined> {
  for (const needed of ["apt-get", "dpkg-deb"]) {
    if (!(await findOnPath(needed))) return `this is not Debian or Ubuntu (no ${needed})`;
  }
  return undefined;
}

/**
 * Fetches packages of the host's own distribution and unpacks them into a folder; the host is left as
 * it is. apt checks them against its signed lists. Gives "name version" of each.
 */
export async function unpackPackages(names: readonly string[], to: string): Promise<string[]> {
  const reason = await reasonNoPackages();
  if (reason) {
    throw new Problem(
      `The packages ${names.join(", ")} are needed, but ${reason}.`,
      `Run this on Debian or Ubuntu, or where the official downloads can be reached.`,
    );
  }
  const archives = `${to}.packages`;
  mkdirSync(archives, { recursive: true });
  mkdirSync(to, { recursive: true });
  await fetchPackages(names, archives);
  const found: string[] = [];
  for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
    const path = join(archives, file);
    await command("dpkg-deb", ["-x", path, to]);
    const fields = await command("dpkg-deb", ["--field", path, "Package", "Version"]);
    found.push(
      fields
        .replace(/^\w+: /gm, "")
        .trim()
        .replace("\n", " "),
    );
  }
  rmSync(archives, { recursive: true });
  return found;
}

async function fetchPackages(names: readonly string[], cwd: string): Promise<void> {
  const quick = await attempt("apt-get", ["download", ...names], { cwd });
  if (quick.code === 0) return;
  // The host's package lists may be absent or old, and refreshing those takes root: use lists of our own.
  const own = ["lists/partial", "archives/partial"].map((name) => join(cwd, name));
  for (const folder of own) mkdirSync(folder, { recursive: true });
  const options = [`Dir::State::lists=${cwd}/lists`, `Dir::Cache=${cwd}`].flatMap((option) => ["-o", option]);
  await attempt("apt-get", [...options, "update"], { cwd });
  const slow = await attempt("apt-get", [...options, "download", ...names], { cwd });
  if (slow.code === 0) return;
  throw new Problem(
    `apt-get could not fetch ${names.join(", ")}:\n  ${slow.stderr.trim().split("\n").slice(-4).join("\n  ")}`,
    "Check that `apt-get update` works on this machine, then run this again.",
  );
}
