import { mkdirSync } from "node:fs";
import { phase } from "../console";
import { docker, isMissing, labLabel, listed } from "../engine/docker";
import { ensureEngine } from "../engine/engine";
import { ensureImage } from "../engine/image";
import { stateFolder } from "../folders";
import { Problem } from "../problem";
import { locked } from "../tools/lock";
import { startMachine } from "./containers";
import { makeHostKeys, makeUserKey, writeKnownHosts } from "./keys";
import { mirrorVersion, startMirror } from "./mirror";
import {
  checkName,
  checkSize,
  containerName,
  type Lab,
  type LabMachine,
  machinesOf,
  type Size,
} from "./model";
import { makeNetwork } from "./network";
import { allReady } from "./ready";
import { findLab, forgetLab, labFile, saveLab } from "./store";

export interface LabOptions extends Size {
  name: string;
  /** The k3s that the lab's mirror serves. */
  k3s: ("k3s-1.33" | "k3s-1.32")[];
}

/** Brings a lab up, or completes one that an interrupted run left half-made; a complete one stays as it is. */
export async function up(options: LabOptions): Promise<Lab> {
  checkName(options.name);
  checkSize(options);
  await ensureEngine();
  const image = await ensureImage();
  for (const version of options.k3s) await mirrorVersion(version, image);
  return alone(options.name, async () => {
    const lab = await plan(options);
    await ensureHostKeys(lab);
    const count = lab.machines.length;
    await phase(`starting ${count} machines of lab "${lab.name}"`, `${3 + count} s`, async ({ progress }) => {
      await Promise.all(lab.machines.map((machine) => ensureMachine(lab, machine, image)));
      await allReady(lab, progress);
    });
    return lab;
  });
}

/** Removes everything of a lab, whether or not its own files are still there. */
export async function down(name: string): Promise<void> {
  checkName(name);
  await ensureEngine();
  await alone(name, () => removeAll(name));
}

async function removeAll(name: string): Promise<void> {
  const mine = ["--filter", `label=${labLabel}=${name}`];
  const containers = await listed(["ps", "-aq", ...mine]);
  if (containers.length > 0) await docker(["rm", "-fv", ...containers]);
  for (const network of await listed(["network", "ls", "-q", ...mine]))
    await docker(["network", "rm", network]);
  forgetLab(name);
}

/** One command at a time makes or removes a lab. */
function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  return locked(stateFolder("labs", `.${name}.lock`), `lab "${name}"`, work);
}

/** The lab as asked for: the one that is there when it has that shape, else a new one. */
async function plan(options: LabOptions): Promise<Lab> {
  const existing = findLab(options.name);
  if (existing) return sameShape(existing, options);
  // A run that was killed before it wrote the lab down may have left parts of it.
  await removeAll(options.name);
  const prefix = await makeNetwork(options.name);
  const lab: Lab = { name: options.name, prefix, machines: machinesOf(prefix, options) };
  mkdirSync(labFile(lab.name), { recursive: true, mode: 0o700 });
  await makeUserKey(lab.name);
  saveLab(lab);
  return lab;
}

function sameShape(lab: Lab, options: LabOptions): Lab {
  const names = (machines: LabMachine[]) => machines.map(({ name }) => name).join(" ");
  const wanted = names(machinesOf(lab.prefix, options));
  if (names(lab.machines) === wanted) return lab;
  throw new Problem(
    `Lab "${lab.name}" is there with other machines: ${names(lab.machines)}, and not ${wanted}.`,
    `Take it down first (npm run lab -- down --name ${lab.name}), or choose another --name.`,
  );
}

/** An interrupted run, or an interrupted wipe, may have left a machine without its keys. */
async function ensureHostKeys(lab: Lab): Promise<void> {
  const machines = lab.machines.filter(({ role }) => role !== "mirror");
  await Promise.all(machines.map(({ name }) => makeHostKeys(lab.name, name)));
  writeKnownHosts(lab);
}

async function ensureMachine(lab: Lab, machine: LabMachine, image: string): Promise<void> {
  const state = await containerState(containerName(lab.name, machine.name));
  if (state === "running" || state === "paused") return;
  if (state === "exited") await docker(["start", containerName(lab.name, machine.name)]);
  else await create(lab, machine, image);
}

async function create(lab: Lab, machine: LabMachine, image: string): Promise<void> {
  // A container that was never started may lack its keys.
  await docker(["rm", "-fv", containerName(lab.name, machine.name)]).catch(ignoreMissing);
  if (machine.role === "mirror") lab.mirror = await startMirror(lab, machine, image);
  else await startMachine(lab, machine, image);
  saveLab(lab);
}

/** A container's state as docker names it, or "missing". */
export async function containerState(container: string): Promise<string> {
  try {
    return await docker(["inspect", "-f", "{{.State.Status}}", container]);
  } catch (error) {
    if (isMissing(error)) return "missing";
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
