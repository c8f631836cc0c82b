import { existsSync } from "node:fs";
import { attempt } from "../command";
import { phase } from "../console";
import { Problem } from "../problem";

/** Installs Debian packages, with one look at fresh package lists when they are not known. */
export async function installPackages(names: readonly string[], usually: string): Promise<void> {
  await phase(`installing ${names.join(", ")}`, usually, async ({ progress }) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args: string[]) => attempt("apt-get", args, { env, onLine: progress });
    const install = () => apt("install", "-y", "-q", "--no-install-recommends", ...names);
    let result = await install();
    if (result.code !== 0) {
      await apt("update", "-q");
      result = await install();
    }
    if (result.code === 0) return;
    throw new Problem(
      `apt-get could not install ${names.join(", ")}: ${result.stderr.trim().split("\n").at(-1)}`,
      "Check the network and the package sources, or install them by hand, then run this again.",
    );
  });
}

/** Refuses unless packages can be installed here; `remedy` is what the user can do instead. */
export function requireDebianRoot(what: string, remedy: string): void {
  if (canInstall()) return;
  throw new Problem(
    what,
    `${remedy}, or run this as root on Debian or Ubuntu, where it is installed for you.`,
  );
}

export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version");
}
