import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Lab, LabMachine } from "../../../lab/machines/model";
import { power } from "../../../lab/machines/power";
import { machine, onMachine } from "../../e2e/labs";
import { up } from "../../e2e/stack";
import { stub, whileBroken } from "../breaks";
import type { LabField } from "../field";
import { linesOf } from "../lines";
import { complaintsIn } from "../said";

/** Both nodes are Ready, and nothing is to be done. */
export async function whole({ lab, stack }: LabField): Promise<void> {
  expect(await nodesOf(lab)).toEqual(["s1 Ready", "x1 Ready"]);
  expect(await stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
}

/** The cluster's nodes and their status, as its server s1 tells. */
export async function nodesOf(lab: Lab): Promise<string[]> {
  const lines = await onMachine(lab, "s1", "k3s kubectl --cache-dir /run/kube get nodes --no-headers");
  return lines.split("\n").map((line) => line.split(/ +/).slice(0, 2).join(" "));
}

/** Kills the CLI when all files of a node are changed, and systemd has not heard of it; then the power is cut. */
export async function amidItsFiles({ lab, stack }: LabField, name: string): Promise<void> {
  const hanging = 'case "$1" in daemon-reload) exec sleep 4321 ;; esac\nexec /usr/bin/systemctl "$@"';
  await whileBroken([stub(lab, name, "systemctl", hanging)], async () => {
    const child = spawn("pulumi", [...stack.common, ...up], { env: stack.env });
    const said = linesOf(child);
    const ended = once(child, "exit");
    await Promise.race([
      onMachine(lab, name, "timeout 120 sh -c 'until pgrep -f \"^sleep 4321\"; do sleep 0.1; done'"),
      ended.then(() => {
        throw new Error(`the run ended before ${name} had its files:\n${said.join("\n")}`);
      }),
    ]);
    child.kill("SIGKILL");
    await ended;
    await onMachine(lab, name, "timeout 10 sh -c 'while pgrep -f \"^sleep 4321\"; do sleep 0.1; done'");
  });
  await stack.pulumi(["cancel", "--yes"]);
  await cycle(lab, machine(lab, name));
  const unit = name === "s1" ? "k3s" : "k3s-agent";
  await onMachine(
    lab,
    name,
    `timeout 180 sh -c 'until systemctl is-active --quiet ${unit}; do sleep 0.2; done'`,
  );
}

/** Cuts the power of a machine at a step, and gives it back; what the run says of it must be clear. */
export async function restarted(field: LabField, machine: LabMachine, step: RegExp): Promise<void> {
  const { stack } = field;
  const child = spawn("pulumi", [...stack.common, ...up], { env: stack.env });
  let struck: Promise<number> | undefined;
  const said = linesOf(child, (line) => {
    if (step.test(line)) struck ??= cycle(field.lab, machine);
  });
  const [code] = await once(child, "exit");
  const since = await struck;
  if (since === undefined) throw new Error(`${step} never came:\n${said.join("\n")}`);
  console.log(`ended ${((Date.now() - since) / 1_000).toFixed(0)} s after the power cut with ${code}`);
  // It may have gone on where it was.
  if (code === 0) return;
  const told = complaintsIn(said.join("\n"));
  expect(told).toEqual(
    expect.arrayContaining([{ where: machine.name, cause: expect.any(String), next: expect.any(String) }]),
  );
  console.log(told);
}

async function cycle(lab: Lab, machine: LabMachine): Promise<number> {
  const since = Date.now();
  await power(lab, machine, "kill");
  await power(lab, machine, "start");
  return since;
}
