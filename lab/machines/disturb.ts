import { docker, inContainer } from "../engine/docker";
import { Problem } from "../problem";
import { containerName, type Lab, type LabMachine } from "./model";

const queue = 61;
const delayed = [
  "POSTROUTING",
  "-o",
  "eth0",
  "-j",
  "NFQUEUE",
  "--queue-num",
  String(queue),
  "--queue-bypass",
];
const filled = "/run/lab-full";

/** Cuts these machines off from all others, the workstation included; among themselves they still talk. */
export async function partition(lab: Lab, group: readonly LabMachine[]): Promise<void> {
  await Promise.all(
    group.map(async (machine) => {
      const friends = group.filter(({ name }) => name !== machine.name).map(({ address }) => address);
      await inMachine(lab, machine, ["nft", "-f", "-"], partitionRules(friends));
    }),
  );
}

/** Drops at the network device, below everything that k3s and its users configure, ARP included. */
export function partitionRules(friends: readonly string[]): string {
  const peers = `{ ${friends.join(", ")} }`;
  const allow = (direction: string) =>
    friends.length === 0
      ? []
      : [`    ip ${direction} ${peers} accept`, `    arp ${direction} ip ${peers} accept`];
  const chain = (hook: string, direction: string) => [
    `  chain ${hook} {`,
    `    type filter hook ${hook} device "eth0" priority -500`,
    ...allow(direction),
    "    drop",
    "  }",
  ];
  const table = [
    "table netdev lab_partition {",
    ...chain("ingress", "saddr"),
    ...chain("egress", "daddr"),
    "}",
  ];
  return ["table netdev lab_partition", "delete table netdev lab_partition", ...table, ""].join("\n");
}

/** Ends partitions, delays and full disks on every machine that runs, or on some of them. */
export async function heal(lab: Lab, machines: readonly LabMachine[] = lab.machines): Promise<void> {
  await Promise.all(
    machines.map(async (machine) => {
      const running = await docker([
        "inspect",
        "-f",
        "{{.State.Status}}",
        containerName(lab.name, machine.name),
      ]);
      if (running === "running" && machine.role !== "mirror")
        await inMachine(lab, machine, ["sh", "-s"], healScript);
    }),
  );
}

/** Holds back every packet that the machine sends, so that a round trip takes this much longer. */
export async function delay(lab: Lab, machine: LabMachine, text: string): Promise<void> {
  const milliseconds = parseDelay(text);
  await inMachine(lab, machine, ["sh", "-s"], healDelay);
  if (milliseconds === 0) return;
  const container = containerName(lab.name, machine.name);
  await docker(["exec", "-d", container, "perl", "/lab/delay.pl", String(queue), String(milliseconds)]);
  await inMachine(lab, machine, ["iptables", "-w", "-t", "mangle", "-A", ...delayed]);
}

export function parseDelay(text: string): number {
  const number = /^(\d+)ms$/.exec(text)?.[1];
  if (number !== undefined && Number(number) <= 10_000) return Number(number);
  throw new Problem(
    `"${text}" is no delay.`,
    "Write milliseconds up to 10000ms, such as 50ms; 0ms ends the delay.",
  );
}

/**
 * Makes every write below these folders fail for lack of room, as on a full disk; what is there can
 * still be read. The machines share one real disk, so a small full one is laid over the folder.
 */
export async function fillDisk(lab: Lab, machine: LabMachine, folders: readonly string[]): Promise<void> {
  await inMachine(lab, machine, ["sh", "-s", "--", ...folders], fillScript);
}

function inMachine(lab: Lab, machine: LabMachine, args: readonly string[], input?: string): Promise<string> {
  return inContainer(containerName(lab.name, machine.name), args, input);
}

const healDelay = `
iptables -w -t mangle -D ${delayed.join(" ")} 2>/dev/null || true
pkill -f /lab/delay.pl || true
`;

const healScript = `set -eu
nft delete table netdev lab_partition 2>/dev/null || true
${healDelay}
if [ -d ${filled} ]; then
  awk '$1 == "lab-full" { print $2 }' /proc/mounts | tac | xargs -r umount -l
  umount -l ${filled}
  rmdir ${filled}
fi
`;

const fillScript = `set -eu
mkdir -p ${filled}
mountpoint -q ${filled} || mount -t tmpfs -o size=64k lab-full-disk ${filled}
for folder in "$@"; do
  name=$(printf %s "$folder" | tr / _)
  mkdir -p "$folder" "${filled}/$name/upper" "${filled}/$name/work"
  mount -t overlay -o "lowerdir=$folder,upperdir=${filled}/$name/upper,workdir=${filled}/$name/work" lab-full "$folder"
done
cat /dev/zero > ${filled}/ballast 2>/dev/null || true
`;
