import { table } from "../console";
import { listed } from "../engine/docker";
import { containerState } from "./lab";
import { containerName, type Lab } from "./model";
import { overSsh } from "./ssh";

/** One line a machine: is it running, does it answer, how much memory it takes. */
export async function statusOf(lab: Lab): Promise<string> {
  const states = await Promise.all(
    lab.machines.map(({ name }) => containerState(containerName(lab.name, name))),
  );
  const running = lab.machines.filter((_, index) => states[index] === "running");
  const memory = await memoryOf(running.map(({ name }) => containerName(lab.name, name)));
  const rows = await Promise.all(
    lab.machines.map(async (machine, index) => {
      const state = states[index] ?? "missing";
      const answers = state === "running" && machine.role !== "mirror" ? await answer(lab, machine) : "-";
      const used = memory.get(containerName(lab.name, machine.name)) ?? "-";
      return [machine.name, machine.role, machine.address, state, answers, used];
    }),
  );
  const head = ["MACHINE", "ROLE", "ADDRESS", "STATE", "SSH", "MEMORY"];
  const mirror = lab.mirror ? `\nk3s releases: ${lab.mirror}` : "";
  return `${table(head, rows)}${mirror}`;
}

async function answer(lab: Lab, machine: Lab["machines"][number]): Promise<string> {
  const { code, stderr } = await overSsh(lab, machine, ["true"], { timeout: 6_000 });
  return code === 0 ? "answers" : (stderr.trim().split("\n").at(-1) ?? "silent");
}

async function memoryOf(containers: string[]): Promise<Map<string, string>> {
  if (containers.length === 0) return new Map();
  const lines = await listed(["stats", "--no-stream", "--format", "{{.Name}}\t{{.MemUsage}}", ...containers]);
  return new Map(
    lines
      .map((line) => line.split("\t") as [string, string])
      .map(([name, use]) => [name, use.split(" ")[0] ?? ""]),
  );
}
