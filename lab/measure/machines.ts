import { inContainer } from "../engine/docker";
import { down, up } from "../machines/lab";
import { containerName, hosts, type Lab, type LabMachine } from "../machines/model";
import { ready } from "../machines/ready";
import { countSessions, promotions } from "./journal";

export type SessionCounts = Record<string, number>;

/** Three servers and two agents as they come: new, started to the end, and logging the sessions of sshd. */
export async function freshMachines(name: string): Promise<Lab> {
  await down(name);
  const lab = await up({ name, servers: 3, agents: 2, spare: 0, bastion: false, k3s: ["k3s-1.33"] });
  await everywhere(lab, async (machine) => {
    await inMachine(lab, machine, logSessions);
    await ready(lab, machine);
  });
  return lab;
}

/** By the log's sender: what a session's own process says late belongs to the user's unit, not to sshd's. */
export function sessionsOf(lab: Lab): Promise<SessionCounts> {
  return everywhere(lab, async (machine) => {
    return countSessions(await inMachine(lab, machine, "journalctl --sync; journalctl -q -t sshd -o cat"));
  });
}

/** The sessions between two counts. */
export function since(before: SessionCounts, after: SessionCounts): SessionCounts {
  return Object.fromEntries(
    Object.entries(after).map(([machine, count]) => [machine, count - (before[machine] ?? 0)]),
  );
}

export async function promotionsOf(lab: Lab): Promise<number[]> {
  const servers = lab.machines.filter(({ role }) => role === "server");
  return promotions(
    await Promise.all(
      servers.map((machine) =>
        inMachine(lab, machine, "journalctl --sync; journalctl -q -u k3s -o short-unix"),
      ),
    ),
  );
}

async function everywhere<T>(lab: Lab, ask: (machine: LabMachine) => Promise<T>): Promise<Record<string, T>> {
  const answers = hosts(lab).map(async (machine) => [machine.name, await ask(machine)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

function inMachine(lab: Lab, machine: LabMachine, script: string): Promise<string> {
  return inContainer(containerName(lab.name, machine.name), ["sh", "-e", "-s"], script);
}

// A container is never quite as its systemd likes it, so how its start ended does not matter here.
const logSessions = `
systemctl is-system-running --wait >/dev/null || true
echo LogLevel VERBOSE >/etc/ssh/sshd_config.d/measure.conf
systemctl reload ssh
`;
