import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { inRepository } from "../../lab/folders";
import { link, makeProject } from "../../lab/project";
import { openStack, type Stack } from "../../lab/stack";

export type { Stack };

/** Brings a stack to its manifest. */
export const up = ["up", "--yes", "--skip-preview"];

/** Makes a stack of a program, with the packages that programs of others would have; one folder shares a backend. */
export function newStack(program: string, folder = newFolder()): Promise<Stack> {
  const packages = {
    "pulumi-k3s-cluster": ".",
    "@pulumi": "node_modules/@pulumi",
    typescript: "node_modules/typescript",
  };
  const fill = (project: string) => {
    cpSync(program, project, { recursive: true });
    mkdirSync(join(project, "node_modules"), { recursive: true });
    for (const [name, place] of Object.entries(packages))
      link(inRepository(place), join(project, "node_modules", name));
  };
  return openStack(folder, "t", fill, basename(program));
}

/** Makes a stack of this repository's own program, with a manifest. */
export function newClusterStack(manifest: string): Promise<Stack> {
  return openStack(newFolder(), "t", (project) => makeProject(project, "t", manifest));
}

/** Makes a stack of an example. */
export function newExample(name: string, folder?: string): Promise<Stack> {
  return newStack(inRepository("examples", name), folder);
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "stack-"));
}
