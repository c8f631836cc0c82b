import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRepository } from "../../lab/folders";
import { link, makeProject } from "../../lab/project";
import { openStack, type Stack } from "../../lab/stack";

export type { Stack };

/** Makes a stack from a program's files, such as those of a fixture. */
export function newStack(program: string): Promise<Stack> {
  return openStack(newFolder(), "t", (project) => {
    cpSync(program, project, { recursive: true });
    link(inRepository("node_modules"), join(project, "node_modules"));
  });
}

/** Makes a stack of this repository's own program, with a manifest. */
export function newClusterStack(manifest: string): Promise<Stack> {
  return openStack(newFolder(), "t", (project) => makeProject(project, "t", manifest));
}

/** Makes a stack of an example, with the packages that it names; in a given folder it shares that one's backend. */
export function newExample(name: string, folder = newFolder()): Promise<Stack> {
  const packages = [
    ["pulumi-k3s-cluster", "."],
    ["@pulumi", "node_modules/@pulumi"],
    ["typescript", "node_modules/typescript"],
  ] as const;
  const fill = (project: string) => {
    cpSync(inRepository("examples", name), project, { recursive: true });
    mkdirSync(join(project, "node_modules"), { recursive: true });
    for (const [wanted, place] of packages) link(inRepository(place), join(project, "node_modules", wanted));
  };
  return openStack(folder, "t", fill, name);
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "stack-"));
}
