import { setTimeout as pause } from "node:timers/promises";
import { inContainer } from "../engine/docker";
import { Problem } from "../problem";
import { containerName, type Lab, type LabMachine } from "./model";
import { overSsh } from "./ssh";

const patience = 90_000;

/** Waits until every machine answers SSH with the key that is pinned for it. */
export async function allReady(lab: Lab, progress: (text: string) => void): Promise<void> {
  const machines = lab.machines.filter(({ role }) => role !== "mirror");
  const waiting = new Set(machines.map(({ name }) => name));
  await Promise.all(
    machines.map(async (machine) => {
      await ready(lab, machine);
      waiting.delete(machine.name);
      progress(waiting.size === 0 ? "all answer" : `waiting for SSH on ${[...waiting].join(", ")}`);
    }),
  );
}

/** Waits until one machine answers SSH; says what it was waiting for when that takes too long. */
export async function ready(lab: Lab, machine: LabMachine): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const { code, stderr } = await overSsh(lab, machine, ["systemctl is-active --quiet ssh"]);
    if (code === 0) return;
    if (Date.now() > deadline) throw await neverReady(lab, machine, stderr);
    await pause(200);
  }
}

async function neverReady(lab: Lab, machine: LabMachine, lastAnswer: string): Promise<Problem> {
  const container = containerName(lab.name, machine.name);
  const failed = await inContainer(container, ["systemctl", "--failed", "--no-legend"]).catch(String);
  return new Problem(
    `Machine ${machine.name} did not answer SSH within ${patience / 1_000} s: ${lastAnswer.trim()}\n${failed}`.trim(),
    `Look at npm run lab -- logs ${machine.name} --name ${lab.name}`,
  );
}
