import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "./folders";

/** This repository's own Pulumi program in a folder of its own, for one manifest. */
export function makeProject(folder: string, stack: string, manifest: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of ["Pulumi.yaml", "package.json"]) cpSync(inRepository(file), join(folder, file));
  for (const name of ["dist", "node_modules"]) link(inRepository(name), join(folder, name));
  writeFileSync(join(folder, "cluster.yaml"), manifest);
  const settings = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(settings)) writeFileSync(settings, "config:\n  k3s-cluster:manifest: cluster.yaml\n");
}

/** A link that is there may lead to a clone that is gone. */
export function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
