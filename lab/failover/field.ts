import { setTimeout as pause } from "node:timers/promises";
import { docker, inContainer } from "../engine/docker";
import { containerName, type Lab, type LabMachine } from "../machines/model";
import { Problem } from "../problem";
import type { Units } from "./disturbances";
import { guide } from "./guide";
import { type Observer, observe } from "./observer";
import { ownerBefore } from "./seen";

/** Whose balancers and figures are measured. */
export type Setting = "ours" | "guide";

export const settings: Record<Setting, { units: Units; socket: string; agents: boolean }> = {
  ours: {
    units: { haproxy: "haproxy-k3s", keepalived: "keepalived-k3s" },
    socket: "/run/haproxy-k3s/admin.sock",
    agents: true,
  },
  guide: { ...guide, agents: false },
};

/** A cluster that is observed. */
export interface Field {
  lab: Lab;
  setting: Setting;
  observer: Observer;
  servers: LabMachine[];
  /** The machines with a balancer. */
  balancers: string[];
}

export async function openField(
  lab: Lab,
  setting: Setting,
  kubeconfig: string,
  more: readonly string[] = [],
): Promise<Field> {
  const servers = lab.machines.filter(({ role }) => role === "server");
  const agents = lab.machines.filter(({ role }) => role === "agent");
  const { socket, agents: theirs } = settings[setting];
  const balancers = [...servers, ...(theirs ? agents : [])];
  const container = ({ name }: LabMachine) => containerName(lab.name, name);
  const observer = observe({
    ...{ kubeconfig, socket, more, nodes: agents.map(({ name }) => name) },
    cards: Object.fromEntries(
      await Promise.all(servers.map(async (one) => [await card(container(one)), one.name])),
    ),
    balancers: Object.fromEntries(balancers.map((machine) => [machine.name, container(machine)])),
  });
  return { lab, setting, observer, servers, balancers: balancers.map(({ name }) => name) };
}

/** Waits until everything has been well for a while, since what came before may still be felt. */
export async function settled(field: Field, patience = 240_000): Promise<void> {
  const { lab, setting, servers } = field;
  const deadline = Date.now() + patience;
  let since: number | undefined;
  for (;;) {
    const why = complaint(field);
    if (why) since = undefined;
    else since ??= Date.now();
    if (since !== undefined && Date.now() - since > calm) {
      const { haproxy, keepalived } = settings[setting].units;
      const running = servers.map(({ name }) =>
        inContainer(containerName(lab.name, name), [
          "systemctl",
          "is-active",
          "--quiet",
          haproxy,
          keepalived,
          "k3s",
        ]),
      );
      const failed = (await Promise.allSettled(running)).filter(({ status }) => status === "rejected");
      if (failed.length === 0 && !complaint(field)) return;
    }
    if (Date.now() > deadline) {
      throw new Problem(
        `After ${patience / 1_000} s ${why ?? "a unit is not active"}.`,
        `Look at npm run lab -- status --name ${lab.name}`,
      );
    }
    await pause(200);
  }
}

/** What is not as it should be; nothing where all is well. */
function complaint({ balancers, servers, observer }: Field): string | undefined {
  const states = observer.states();
  for (const balancer of balancers) {
    const theirs = states[balancer];
    if (!theirs) return `the balancer of ${balancer} does not answer`;
    const out = servers.find(({ name }) => !theirs[name]);
    if (out) return `${out.name} is out of the balancer of ${balancer}`;
  }
  const latest = [observer.connections, observer.reads].flatMap((list) =>
    list.filter(({ ended }) => ended > Date.now() - calm),
  );
  const failed = latest.find(({ failure }) => failure !== undefined);
  if (latest.length === 0) return "the client says nothing";
  return failed && `a request failed: ${failed.failure}`;
}

const calm = 2_000;

export function owner({ observer }: Field): string {
  const name = ownerBefore(observer.connections, Date.now());
  if (name === undefined)
    throw new Problem("No machine of the lab has the address.", "Look at keepalived's journal.");
  return name;
}

/** The server whose etcd leads the others. */
export async function etcdLeader({ lab, servers }: Field): Promise<string | undefined> {
  const question = "curl -s --max-time 2 http://127.0.0.1:2381/metrics | grep -c '^etcd_server_is_leader 1'";
  const answers = await Promise.all(
    servers.map(async ({ name }) => {
      const said = await inContainer(containerName(lab.name, name), ["sh", "-c", question]).catch(() => "0");
      return said.trim() === "1" ? [name] : [];
    }),
  );
  return answers.flat()[0];
}

function card(container: string): Promise<string> {
  return docker(["inspect", "-f", "{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}", container]);
}
