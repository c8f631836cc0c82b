import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { stateFolder } from "../folders";
import { Problem } from "../problem";
import type { Lab, LabMachine } from "./model";

/** A file of this lab: its keys, its known_hosts, its description. */
export function labFile(name: string, ...path: string[]): string {
  return stateFolder("labs", name, ...path);
}

export function saveLab(lab: Lab): void {
  mkdirSync(labFile(lab.name), { recursive: true, mode: 0o700 });
  const file = labFile(lab.name, "lab.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(lab, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function findLab(name: string): Lab | undefined {
  const file = labFile(name, "lab.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Lab) : undefined;
}

export function readLab(name: string): Lab {
  const lab = findLab(name);
  if (lab) return lab;
  const others = labNames();
  const known = others.length > 0 ? ` Labs that run: ${others.join(", ")}.` : "";
  throw new Problem(`There is no lab "${name}".${known}`, `Make it: npm run lab -- up --name ${name}`);
}

export function labNames(): string[] {
  const folder = stateFolder("labs");
  return existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(labFile(name, "lab.json")))
    : [];
}

export function forgetLab(name: string): void {
  rmSync(labFile(name), { recursive: true, force: true });
}

export function findMachine(lab: Lab, name: string): LabMachine {
  const machine = lab.machines.find((candidate) => candidate.name === name);
  if (machine) return machine;
  const names = lab.machines.map((candidate) => candidate.name).join(", ");
  throw new Problem(`Lab "${lab.name}" has no machine "${name}".`, `Use one of: ${names}.`);
}
