import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { command } from "../../../lab/command";
import { hosts, type Lab } from "../../../lab/machines/model";
import { labFile } from "../../../lab/machines/store";
import { onMachine } from "../../e2e/labs";
import type { Stack } from "../../e2e/stack";
import { type Hit, type Sought, searchFiles, searchText } from "./search";

export const computer = "this computer";

/** Where files may lie on a machine: all but the kernel's own and what the system came with. */
const folders = ["/etc", "/var", "/tmp", "/run", "/root", "/home", "/usr/local", "/opt", "/srv", "/dev/shm"];

const texts = {
  journal: "journalctl -o export --all --no-pager",
  units: "{ systemctl show --all '*'; systemctl cat '*'; } 2>/dev/null || true",
};

/** Everything in which something is found but what runs: all machines, and this computer since this file was made. */
export async function searchEverywhere(
  lab: Lab,
  stacks: Stack[],
  since: string,
  sought: Sought,
): Promise<Hit[]> {
  const found: Hit[] = [];
  for (const { name } of hosts(lab)) found.push(...(await searchMachine(lab, name, sought)));
  return [...found, ...(await searchComputer(lab, stacks, since, sought))];
}

async function searchMachine(lab: Lab, name: string, sought: Sought): Promise<Hit[]> {
  const run = (script: string) => onMachine(lab, name, script);
  const said = Object.entries(texts).map(async ([what, script]) =>
    searchText(await run(script), `${name}: ${what}`, sought),
  );
  return [...(await Promise.all(said)).flat(), ...(await searchFiles(run, folders, name, sought))];
}

/** The stacks with their backends and all their history, and what became new where programs keep things. */
async function searchComputer(lab: Lab, stacks: Stack[], since: string, sought: Sought): Promise<Hit[]> {
  const run = (script: string) => command("sh", ["-e", "-s"], { input: script });
  const exported = await Promise.all(stacks.map((stack) => stack.pulumi(["stack", "export"])));
  const home = ["~/.pulumi", "~/.ssh", "~/.npm/_logs"].map((path) =>
    path.replace("~", process.env.HOME ?? ""),
  );
  const fresh = `find ${tmpdir()} -xdev -newer ${since} -type f -size -4096k 2>/dev/null || true`;
  const own = [...stacks.map(({ folder }) => dirname(folder)), labFile(lab.name), ...home.filter(existsSync)];
  const others = (await run(fresh)).split("\n").filter((file) => /^[\w./-]+$/.test(file));
  return [
    ...searchText(exported.join("\n"), "stack export", sought),
    ...(await searchFiles(run, [...own, ...others], computer, sought)),
  ];
}

/** Where root alone may read a secret: what k3s and its unit are configured by, and what k3s makes of it. */
export function isAllowed({ where, access = "" }: Hit): boolean {
  const kept = /: \/(etc\/rancher|var\/lib\/rancher|etc\/systemd\/system\/k3s(-agent)?\.service\.env$)/;
  if (where.endsWith(containerd)) return access === "644 root, root";
  return kept.test(where) && access === "600 root, root";
}

/** k3s itself writes this one so, in a folder that is root's alone. */
const containerd = "/var/lib/rancher/k3s/agent/etc/containerd/config.toml";

/** Leaves the canary wherever secrets tend to be left; a crash may say more at once than a journal takes otherwise. */
export const plant = (canary: string) => `
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\\nRateLimitIntervalSec=0\\n' >/etc/systemd/journald.conf.d/all.conf
systemctl restart systemd-journald
echo ${canary} >/tmp/canary
printf 'x%s' ${canary} | base64 >>/root/.bash_history
echo ${canary} >/home/admin/.bash_history
printf '[Service]\\nEnvironment=CANARY=%s\\nExecStart=/bin/sleep infinity\\n' ${canary} >/etc/systemd/system/canary.service
systemctl daemon-reload
systemctl start canary
echo ${canary} | logger
sh -c 'sleep 0.03; :' ${canary}
setpriv --reuid admin --clear-groups env CANARY=x${canary} sleep 0.03
`;

/** Where it is found on a machine then. */
export const planted = (name: string) =>
  [
    "ps",
    "environments",
    "journal",
    "units",
    "/tmp/canary",
    "/root/.bash_history",
    "/home/admin/.bash_history",
    "/etc/systemd/system/canary.service",
  ].map((place) => `${name}: ${place}`);
