import { parse, stringify } from "yaml";
import type { Named } from "../../../lab/kills/boundaries";
import { manifestFor } from "../../../lab/machines/manifest";
import type { Lab } from "../../../lab/machines/model";
import { power, wipe } from "../../../lab/machines/power";
import { k3s } from "../../../lab/tools/catalog";
import { machine } from "../../e2e/labs";
import { newClusterStack, type Stack } from "../../e2e/stack";

/** A cluster that is worked on. */
export interface Stage {
  lab: Lab;
  stack: Stack;
  /** By their names, with their roles. */
  named: Named;
}

/** A cluster of one server and one agent of a lab, which may hold several of them. */
export interface Scene extends Stage {
  server: string;
  agent: string;
}

/** The scene of the machines that have this number. */
export async function sceneOf(lab: Lab, number: number): Promise<Scene> {
  const [server, agent] = [`s${number}`, `a${number}`];
  const cluster = `${lab.name}-${number}`;
  const whole = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  const only = (name: string, all: { name: string }[]) => all.filter((one) => one.name === name);
  const manifest = {
    ...whole,
    name: cluster,
    // No pod is started, so that no image is needed.
    artifacts: { mirror: lab.mirror },
    servers: only(server, whole.servers),
    agents: only(agent, whole.agents),
  };
  const stack = await newClusterStack(stringify(manifest));
  return { lab, stack, server, agent, named: { cluster, roles: { [server]: "server", [agent]: "agent" } } };
}

/** The same machines as if they were new, and a stack that knows nothing of them. */
export async function renewed(scene: Scene): Promise<Scene> {
  const { lab, server, agent, stack } = scene;
  await Promise.all([server, agent].map((name) => wipe(lab, machine(lab, name))));
  stack.remove();
  return sceneOf(lab, Number(server.slice(1)));
}

/** A power cut, and the machine started again. */
export async function reboot({ lab }: Stage, name: string): Promise<void> {
  await power(lab, machine(lab, name), "kill");
  await power(lab, machine(lab, name), "start");
}
