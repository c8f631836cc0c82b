import { setTimeout as pause } from "node:timers/promises";
import { command } from "../../../lab/command";
import { roleOf } from "../../../lab/kills/boundaries";
import type { Kind } from "../../../lab/kills/matrix";
import { heal, partition } from "../../../lab/machines/disturb";
import { machine, minutes, onMachine } from "../../e2e/labs";
import { begin, descendants, type Run } from "./run";
import { reboot, type Stage } from "./scene";

/** What is known of a run that was stopped. */
export interface Stopped {
  /** Where it did not end by itself, as it should have. */
  failure?: string;
  /** Seconds until the last of its sessions has ended; absent where one went on for too long. */
  silent?: number;
}

const patience = minutes(5);

/** Runs an operation, and stops it at a boundary; nothing where that never came, so that the run went to its end. */
export function stoppedAt(
  stage: Stage,
  args: readonly string[],
  kind: Kind,
  boundary: string,
): Promise<Stopped | undefined> {
  return stoppedWhere(stage, args, kind, (name) => name === boundary);
}

/** Runs an operation, and stops it at the first boundary that is one of those. */
export async function stoppedWhere(
  stage: Stage,
  args: readonly string[],
  kind: Kind,
  isOne: (boundary: string) => boolean,
): Promise<Stopped | undefined> {
  const { lab, stack } = stage;
  let struck: Promise<number[]> | undefined;
  const run: Run = begin(stage, args, (name) => {
    if (!struck && isOne(name)) struck = strike[kind](stage, run, name);
  });
  const { code, said, hung } = await endOf(run);
  if (!struck) {
    if (code !== 0) throw new Error(`${args.join(" ")} failed by itself:\n${said}`);
    return undefined;
  }
  const pids = await struck;
  const silent = await silence(stage, pids);
  // What has no session any more, such as Pulumi's own language host, would pile up here.
  for (const pid of pids) kill(pid);
  if (kind === "network") await heal(lab, machinesOf(stage));
  if (kind === "CLI" || hung) await stack.pulumi(["cancel", "--yes"]);
  return { silent, ...(hung ? { failure: hung } : {}) };
}

/** Gives the processes of the run on this computer, which must end with it. */
const strike: Record<Kind, (stage: Stage, run: Run, boundary: string) => Promise<number[]>> = {
  CLI: async (_stage, { pid }) => {
    // Listed while they have their parent.
    const listed = descendants(pid);
    kill(pid);
    return (await listed).map((one) => one.pid);
  },
  "provider host": async (_stage, { pid }) => {
    const hosts = (await descendants(pid)).filter(({ args }) => args.includes("cmd/dynamic-provider"));
    for (const host of hosts) kill(host.pid);
    if (hosts.length === 0) throw new Error("There is no provider host.");
    return hosts.map((one) => one.pid);
  },
  network: async (stage) => {
    await Promise.all(machinesOf(stage).map((one) => partition(stage.lab, [one])));
    return [];
  },
  reboot: async (stage, _run, boundary) => {
    const role = roleOf(boundary);
    const [name = ""] = Object.entries(stage.named.roles).find(([, its]) => its === role) ?? [];
    await reboot(stage, name);
    return [];
  },
};

/** One that has come to its own end meanwhile needs none. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Waits until nothing of a dead run works any more, here or on a machine. */
async function silence(stage: Stage, pids: number[]): Promise<number | undefined> {
  const since = Date.now();
  for (;;) {
    const [here, ...there] = await Promise.all([
      connectionsOf(stage, pids),
      ...Object.keys(stage.named.roles).map((name) => onMachine(stage.lab, name, sessions)),
    ]);
    const working = [here, ...there].filter(Boolean);
    const seconds = (Date.now() - since) / 1_000;
    if (working.length === 0) return seconds;
    if (seconds > 10) {
      console.log(`still at work after ${seconds.toFixed(1)} s:\n${working.join("\n")}`);
      return undefined;
    }
    await pause(250);
  }
}

/** What logins have started, save what belongs to logging in. */
const sessions = `ps -ww -e -o cgroup:1000=,pid=,args= | awk '$1 ~ /session-|ssh\\.service/ { $1 = ""; print }' |
  grep -Ev '^ [0-9]+ (sshd|\\(sd-pam\\)|/lib/systemd/systemd)' || true`;

/** Connections to machines that processes on this computer still have. */
async function connectionsOf({ lab }: Stage, pids: number[]): Promise<string> {
  const all = (await command("ss", ["-Htnp", "dst", `${lab.prefix}0/24`])).split("\n");
  return all.filter((line) => pids.some((pid) => line.includes(`pid=${pid},`))).join("\n");
}

/** Waits for the end of a run, and ends one that goes on and on. */
async function endOf(run: Run) {
  let hung: string | undefined;
  const timer = setTimeout(() => {
    hung = `the run went on for ${patience / 60_000} minutes after it was disturbed`;
    kill(run.pid);
  }, patience);
  const end = await run.ended;
  clearTimeout(timer);
  return { ...end, hung };
}

function machinesOf({ lab, named }: Stage) {
  return Object.keys(named.roles).map((name) => machine(lab, name));
}
