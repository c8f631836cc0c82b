import { docker, inContainer } from "../engine/docker";
import { heal, partition } from "../machines/disturb";
import { containerName, type Lab, type LabMachine } from "../machines/model";
import { power } from "../machines/power";

/** The units of the balancers that are measured. */
export interface Units {
  haproxy: string;
  keepalived: string;
}

export interface Disturbance {
  /** What it is done to: whoever has the address, or each server in turn. */
  to: "owner" | "server";
  /** What may be expected of it. */
  moves: boolean;
  out: boolean;
  /** Does it, and gives the moment, in milliseconds since the epoch. */
  begin(lab: Lab, machine: LabMachine, units: Units): Promise<number>;
  /** Ends what does not end by itself. */
  end(lab: Lab, machine: LabMachine, units: Units): Promise<void>;
}

export const disturbances = {
  "host death": {
    ...{ to: "owner", moves: true, out: true },
    begin: killHost,
    end: (lab, machine) => power(lab, machine, "start"),
  },
  "death of a server": {
    ...{ to: "server", moves: false, out: true },
    begin: killHost,
    end: (lab, machine) => power(lab, machine, "start"),
  },
  "keepalived killed": process("keepalived", "KILL"),
  "HAProxy killed": process("haproxy", "KILL"),
  "keepalived stopped": unit("keepalived"),
  "HAProxy stopped": unit("haproxy"),
  "HAProxy hung": { ...process("haproxy", "STOP"), end: signal("haproxy", "CONT") },
  "k3s stopped": {
    ...{ to: "server", moves: false, out: true },
    begin: (lab, machine) => inMachine(lab, machine, `${moment}systemctl stop k3s`),
    end: (lab, machine) => inMachine(lab, machine, "systemctl start --no-block k3s").then(() => undefined),
  },
  "k3s killed": {
    ...{ to: "server", moves: false, out: true },
    begin: (lab, machine) => inMachine(lab, machine, signalK3s("KILL")),
    end: async () => undefined,
  },
  "k3s hung": {
    ...{ to: "server", moves: false, out: true },
    begin: (lab, machine) => inMachine(lab, machine, signalK3s("STOP")),
    end: (lab, machine) => inMachine(lab, machine, signalK3s("CONT")).then(() => undefined),
  },
  partition: {
    ...{ to: "server", moves: false, out: true },
    begin: async (lab, machine) => {
      const begun = Date.now();
      await partition(lab, [machine]);
      return begun;
    },
    end: (lab, machine) => heal(lab, [machine]),
  },
  /** The balancers reach it, and the other members of etcd do not. */
  "etcd cut off": {
    ...{ to: "server", moves: false, out: true },
    begin: (lab, machine) => inMachine(lab, machine, `${moment}${withoutPeers("-I")}`),
    end: async (lab, machine) => {
      await inMachine(lab, machine, withoutPeers("-D"));
    },
  },
} satisfies Record<string, Disturbance>;

export type DisturbanceName = keyof typeof disturbances;

/** By its first process, and not by docker, which takes its time. */
export async function killHost(lab: Lab, { name }: LabMachine): Promise<number> {
  const container = containerName(lab.name, name);
  const pid = Number(await docker(["inspect", "-f", "{{.State.Pid}}", container]));
  const begun = Date.now();
  globalThis.process.kill(pid, "SIGKILL");
  await docker(["wait", container]);
  return begun;
}

function process(name: "haproxy" | "keepalived", which: string): Disturbance {
  return {
    ...{ to: "owner", moves: true, out: false },
    begin: (lab, machine) =>
      // By name: one that was to end anyway may have ended since.
      inMachine(lab, machine, `${moment}pkill -${which} -x ${name}`),
    end: async () => undefined,
  };
}

function signal(name: string, which: string): Disturbance["end"] {
  return async (lab, machine) => {
    await inMachine(lab, machine, `kill -${which} $(pgrep -x ${name})`);
  };
}

/** HAProxy comes back with keepalived where the one wants the other, and without it elsewhere. */
function unit(which: keyof Units): Disturbance {
  return {
    ...{ to: "owner", moves: true, out: false },
    begin: (lab, machine, units) => inMachine(lab, machine, `${moment}systemctl stop ${units[which]}`),
    end: async (lab, machine, { haproxy, keepalived }) => {
      await inMachine(lab, machine, `systemctl start ${haproxy} ${keepalived}`);
    },
  };
}

function withoutPeers(action: "-I" | "-D"): string {
  const rule = "-p tcp -m multiport --ports 2380 -j DROP";
  return `iptables -w ${action} INPUT ! -i lo ${rule}; iptables -w ${action} OUTPUT ! -o lo ${rule}`;
}

const moment = "date +%s%3N; ";

function signalK3s(which: string): string {
  return `pid=$(systemctl show -p MainPID --value k3s); ${moment}kill -${which} $pid`;
}

async function inMachine(lab: Lab, { name }: LabMachine, script: string): Promise<number> {
  return Number(
    (await inContainer(containerName(lab.name, name), ["sh", "-e", "-c", script])).split("\n")[0],
  );
}
