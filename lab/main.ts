import { parseArgs } from "node:util";
import { interactive } from "./command";
import { table } from "./console";
import { delay, fillDisk, heal, partition } from "./machines/disturb";
import { down, up } from "./machines/lab";
import { manifestFor } from "./machines/manifest";
import { containerName } from "./machines/model";
import { type PowerAction, power, powerActions, wipe } from "./machines/power";
import { sshArguments } from "./machines/ssh";
import { statusOf } from "./machines/status";
import { findMachine, labNames, readLab } from "./machines/store";
import { Problem } from "./problem";
import { k3s } from "./tools/catalog";

const usage = `npm run lab -- COMMAND [--name LAB]

  up [--servers 3] [--agents 2] [--spare 0] [--bastion]   make machines (the lab is called "dev" unless named)
  down                                                    remove them, and all that belongs to them
  status | list                                           the machines of a lab | all labs
  ssh NODE [--user root|ops|admin] [-- COMMAND…]          a shell on a machine, or one command
  stop | start | kill | pause | resume NODE               power
  partition NODE… | heal                                  cut machines off | end every disturbance
  delay NODE 50ms                                         slow network
  fill-disk NODE [FOLDER…]                                no room left (/usr/local and /var/lib/rancher)
  wipe NODE                                               a rebuilt machine: new machine-id, new host key
  manifest                                                a ready cluster.yaml for these machines
  logs NODE [-- JOURNALCTL OPTIONS…]                      a machine's journal
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  const [action = "help", ...rest] = positionals;
  const name = values.name;
  switch (action) {
    case "up": {
      const size = {
        servers: count(values.servers),
        agents: count(values.agents),
        spare: count(values.spare),
      };
      await up({ name, ...size, bastion: values.bastion, k3s: values["without-k3s"] ? [] : ["k3s-1.33"] });
      return print(await statusOf(readLab(name)));
    }
    case "down":
      await down(name);
      return print(`Lab "${name}" is gone.`);
    case "status":
      return print(await statusOf(readLab(name)));
    case "list":
      return print(table(["LAB", "MACHINES", "NETWORK"], labNames().map(readLab).map(labRow)));
    case "manifest":
      return print(manifestFor(readLab(name), k3s["k3s-1.33"].version).trimEnd());
    case "heal":
      await heal(readLab(name));
      return 0;
    case "partition": {
      const lab = readLab(name);
      if (rest.length === 0)
        throw new Problem("partition needs machines.", "For example: npm run lab -- partition s1");
      await partition(
        lab,
        rest.map((machine) => findMachine(lab, machine)),
      );
      return 0;
    }
    case "help":
      return print(usage.trimEnd());
    default:
      return onMachine(action, name, rest, values.user);
  }
}

/** The actions whose first word is a machine. */
async function onMachine(action: string, name: string, rest: string[], user: string): Promise<number> {
  const actions = ["ssh", "logs", "delay", "fill-disk", "wipe", ...Object.keys(powerActions)];
  if (!actions.includes(action))
    throw new Problem(`The lab knows no "${action}".`, `Choose from:\n\n${usage}`);
  const lab = readLab(name);
  const [node, ...words] = rest;
  if (!node) throw new Problem(`${action} needs a machine.`, `For example: npm run lab -- ${action} s1`);
  const machine = findMachine(lab, node);
  const container = containerName(lab.name, machine.name);
  switch (action) {
    case "ssh":
      return interactive("ssh", sshArguments(lab, machine, user, words));
    case "logs":
      return interactive("docker", ["exec", container, "journalctl", "--no-pager", ...words]);
    case "delay":
      await delay(lab, machine, words[0] ?? "");
      return 0;
    case "fill-disk":
      await fillDisk(lab, machine, words.length > 0 ? words : ["/usr/local", "/var/lib/rancher"]);
      return 0;
    case "wipe":
      await wipe(lab, machine);
      return 0;
    default:
      await power(lab, machine, action as PowerAction);
      return 0;
  }
}

function parse(args: string[]) {
  const string = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const boolean = { type: "boolean", default: false } as const;
  const options = {
    name: string("dev"),
    servers: string("3"),
    agents: string("2"),
    spare: string("0"),
    user: string("root"),
    bastion: boolean,
    "without-k3s": boolean,
  };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Problem((error as Error).message, `Choose from:\n\n${usage}`);
  }
}

function count(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function labRow(lab: ReturnType<typeof readLab>): string[] {
  return [lab.name, String(lab.machines.length), `${lab.prefix}0/24`];
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
