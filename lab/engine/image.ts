import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, command } from "../command";
import { type Phase, phase } from "../console";
import { cacheFolder, inRepository } from "../folders";
import { Problem } from "../problem";
import { requireSpace } from "../space";
import { withTemporaryFolder } from "../temporary";
import { findOnPath } from "../tools/host";
import { installPackages, requireDebianRoot } from "../tools/install";
import { locked } from "../tools/lock";
import { docker, listed } from "./docker";

const folder = inRepository("lab", "image");
const distribution = "bookworm";

/** The image of a lab machine, made when it is not there; its tag changes with everything it is made of. */
export async function ensureImage(): Promise<string> {
  const tag = imageTag();
  if (await present(tag)) return tag;
  await locked(cacheFolder("image.lock"), "the lab's machine image", async () => {
    if (await present(tag)) return;
    requireSpace(cacheFolder());
    if (await registryAnswers())
      await phase("building the lab's machine image", "1 min", (p) => buildFrom(tag, p));
    else await bootstrap(tag);
  });
  return tag;
}

export function imageTag(): string {
  const hash = createHash("sha256").update(distribution);
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return `pulumi-k3s-cluster-machine:${hash.digest("hex").slice(0, 12)}`;
}

async function present(tag: string): Promise<boolean> {
  return (await listed(["image", "ls", "-q", tag])).length > 0;
}

async function registryAnswers(): Promise<boolean> {
  const { code } = await attempt("docker", ["pull", "-q", "debian:12-slim"], { timeout: 60_000 });
  return code === 0;
}

async function buildFrom(tag: string, { progress }: Phase): Promise<void> {
  await docker(["build", "-t", tag, folder], { onLine: progress });
}

/** The same machine from Debian's packages alone, where no container registry can be reached. */
async function bootstrap(tag: string): Promise<void> {
  requireDebianRoot("No container registry can be reached.", "Make docker.io reachable for the engine");
  if (!(await findOnPath("mmdebstrap"))) await installPackages(["mmdebstrap"], "10 s");
  await phase("making the lab's machine image from Debian packages", "70 s", async ({ progress }) => {
    await withTemporaryFolder(cacheFolder("image-"), async (work) => {
      const archive = join(work, "machine.tar");
      await run("mmdebstrap", bootstrapArguments(archive), progress);
      await run("docker", ["import", "-c", 'ENTRYPOINT ["/bin/sh", "/lab/init.sh"]', archive, tag], progress);
    });
  });
}

function bootstrapArguments(archive: string): string[] {
  const packages = readFileSync(join(folder, "packages.txt"), "utf8").trim().split("\n").join(",");
  const ours = readdirSync(folder).map((name) => `'${join(folder, name)}'`);
  const hooks = ['mkdir -p "$1/lab"', `copy-in ${ours.join(" ")} /lab`, 'chroot "$1" sh /lab/provision.sh'];
  return [
    "--variant=minbase",
    `--include=${packages}`,
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    distribution,
    archive,
  ];
}

async function run(file: string, args: string[], onLine: (line: string) => void): Promise<void> {
  try {
    await command(file, args, { onLine });
  } catch (error) {
    throw new Problem(
      `The lab's machine image could not be made: ${(error as Error).message}`,
      "Check the network and the package sources, then run this again.",
    );
  }
}
