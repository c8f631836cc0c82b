import { join } from "node:path";
import { parse, stringify } from "yaml";
import { say } from "../console";
import { down } from "../machines/lab";
import { manifestFor } from "../machines/manifest";
import { makeProject } from "../project";
import { openStack } from "../stack";
import { k3s } from "../tools/catalog";
import type { OneServer } from "./figures";
import { freshMachines } from "./machines";
import { stateFile } from "./repeated";
import { timedUp } from "./timed";

/** A cluster of one server: what is there once, whatever the number of nodes. */
export async function measureOneServer(name: string, folder: string): Promise<OneServer> {
  say("==> pulumi up of one server alone");
  const lab = await freshMachines(name);
  const whole = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  const manifest = stringify({ ...whole, servers: whole.servers.slice(0, 1), agents: [] });
  const stack = await openStack(join(folder, "one"), "t", (project) => makeProject(project, "t", manifest));
  const { cpuSeconds } = await timedUp(stack);
  const file = stateFile(stack);
  await down(name);
  return { cpuSeconds, file };
}
