import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { dirname, join } from "node:path";
import { command } from "../command";
import { docker } from "../engine/docker";
import { withTemporaryFolder } from "../temporary";

interface PodImage {
  name: string;
  entrypoint: string[];
}

/** Debian's static busybox under the two names that pods of a closed network need. */
export const podImages: PodImage[] = [
  // The name that k3s 1.32 and 1.33 give containerd for the sandbox of every pod.
  { name: "rancher/mirrored-pause:3.6", entrypoint: shell("trap 'exit 0' TERM INT; sleep infinity & wait") },
  {
    name: "lab/web:1",
    entrypoint: shell("mkdir -p /www && hostname > /www/index.html && exec httpd -f -p 8080 -h /www"),
  },
];

/** The commands that a pod finds by name. */
const applets = ["cat", "hostname", "httpd", "ip", "ls", "nc", "ping", "sh", "sleep"];

/** Changes with everything that the archive is made of. */
export function imagesDigest(machineImage: string): string {
  const recipe = JSON.stringify([machineImage, podImages, applets]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 12);
}

/** Writes an archive as `docker save` makes it, from the busybox of the machine image. */
export async function buildImages(archive: string, machineImage: string): Promise<void> {
  await withTemporaryFolder(join(dirname(archive), ".images-"), async (work) => {
    const layer = await busyboxLayer(work, machineImage);
    const manifest = podImages.map((image) => describe(work, image, layer));
    writeFileSync(join(work, "manifest.json"), JSON.stringify(manifest));
    const packed = join(work, "archive.tar.gz");
    await tar(work, packed, ["manifest.json", "layer.tar", ...manifest.map(({ Config }) => Config)]);
    renameSync(packed, archive);
  });
}

async function busyboxLayer(work: string, machineImage: string): Promise<string> {
  const root = join(work, "root");
  mkdirSync(join(root, "bin"), { recursive: true, mode: 0o755 });
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
  const container = await docker(["create", "--entrypoint", "/bin/true", machineImage]);
  try {
    await docker(["cp", `${container}:/bin/busybox`, join(root, "bin", "busybox")]);
  } finally {
    await docker(["rm", "-f", container]);
  }
  for (const applet of applets) symlinkSync("busybox", join(root, "bin", applet));
  await tar(root, join(work, "layer.tar"), ["bin", "tmp"]);
  return createHash("sha256")
    .update(readFileSync(join(work, "layer.tar")))
    .digest("hex");
}

function describe(work: string, { name, entrypoint }: PodImage, layer: string) {
  const config = JSON.stringify({
    architecture: arch() === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: { Entrypoint: entrypoint, Env: ["PATH=/bin"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
  });
  const file = `${createHash("sha256").update(config).digest("hex")}.json`;
  writeFileSync(join(work, file), config);
  return { Config: file, RepoTags: [name], Layers: ["layer.tar"] };
}

function shell(script: string): string[] {
  return ["/bin/busybox", "sh", "-c", script];
}

/** Equal content gives equal bytes, so that a checksum says something. */
async function tar(folder: string, archive: string, members: string[]): Promise<void> {
  const stable = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await command("tar", ["-C", folder, ...stable, "-caf", archive, ...members]);
}
