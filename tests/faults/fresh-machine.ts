import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { attempt, type CommandResult, command } from "../../lab/command";
import { docker } from "../../lab/engine/docker";
import { kernelGrants } from "../../lab/engine/kernel";
import { inRepository } from "../../lab/folders";

export interface FreshMachine {
  /** Runs a line in the clone. */
  run(line: string): Promise<CommandResult>;
  remove(): Promise<void>;
}

const name = `fresh-${process.pid}`;

/** A minimal Debian with git, this machine's Node and Go, and a clone; it has its own container engine. */
export async function freshMachine(): Promise<FreshMachine> {
  const image = await minimalDebian();
  const remove = async () => {
    await docker(["rm", "-fv", name]);
    await docker(["image", "rm", image]);
  };
  try {
    await docker([
      "run",
      "-d",
      "--name",
      name,
      ...privileges(),
      ...(await mounts()),
      image,
      "sleep",
      "infinity",
    ]);
    await docker(["exec", "-i", name, "bash", "-e"], { input: prepare });
  } catch (error) {
    await remove();
    throw error;
  }
  const inClone = (line: string) => ["exec", "-e", "CI=true", "-w", "/root/clone", name, "bash", "-c", line];
  return { run: (line) => attempt("docker", inClone(line)), remove };
}

async function minimalDebian(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "debian-"));
  try {
    const archive = join(folder, "debian.tar");
    await command("mmdebstrap", ["--variant=minbase", "--include=ca-certificates,git", "bookworm", archive]);
    await docker(["import", "-c", `ENV PATH=${path}`, archive, `${name}:1`]);
    return `${name}:1`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const path = "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function privileges(): string[] {
  const withheld = kernelGrants(24) ? [] : ["--cap-drop", "SYS_RESOURCE"];
  const open = ["seccomp", "apparmor", "systempaths"].flatMap((option) => [
    "--security-opt",
    `${option}=unconfined`,
  ]);
  return ["--cap-add", "ALL", ...withheld, ...open, "--cgroupns=private", "--device", "/dev/kmsg"];
}

/** The two toolchains, the certificates that this machine trusts, and the repository to clone from. */
async function mounts(): Promise<string[]> {
  const npm = dirname(dirname(realpathSync((await command("sh", ["-c", "command -v npm"])).trim())));
  const go = (await command("go", ["env", "GOROOT"])).trim();
  const readOnly = [
    [realpathSync(process.execPath), "/usr/bin/node"],
    [npm, "/usr/lib/node_modules/npm"],
    [go, "/usr/local/go"],
    ["/etc/ssl/certs", "/etc/ssl/certs"],
    ["/usr/local/share/ca-certificates", "/usr/local/share/ca-certificates"],
    [inRepository(), "/source"],
  ];
  const trusted = ["-e", "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt"];
  const disks = ["--tmpfs", "/run", "-v", "/var/lib/docker", "-v", "/root"];
  return [...disks, ...trusted, ...readOnly.flatMap(([from, to]) => ["-v", `${from}:${to}:ro`])];
}

const prepare = `
ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/bin/npm
mount -o remount,rw /sys
mount -o remount,rw /sys/fs/cgroup
for controller in /sys/fs/cgroup/*; do
  if mountpoint -q "$controller"; then mount -o remount,bind,rw "$controller"; fi
done
mount --make-rshared /
git -c safe.directory='*' clone -q /source /root/clone
`;
