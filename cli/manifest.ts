import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { parse } from "yaml";
import { checkManifest, parseManifest } from "../manifest/parse";
import type { Manifest } from "../manifest/schema";
import { Problem } from "./problem";

/** Where the cluster is described: in a file, or in the settings of a stack. */
export interface Place {
  manifest?: string;
  stack?: string;
}

const usual = "cluster.yaml";

/** Reads what the program of the stack would read (index.ts). */
export async function readManifest({ manifest, stack }: Place): Promise<Manifest> {
  if (manifest !== undefined && stack !== undefined)
    throw new Problem("--manifest and --stack say both where the manifest is", "give one of them");
  if (stack === undefined) return inFile(manifest ?? usual);
  const settings = await settingsOf(stack);
  if (settings.cluster !== undefined) return checkManifest(settings.cluster, `cluster of stack ${stack}`);
  if (typeof settings.manifest === "string") return inFile(settings.manifest);
  throw new Problem(
    `the settings of stack ${stack} hold no cluster, and name no manifest`,
    "give --manifest FILE; a program of your own has its manifest where only it knows",
  );
}

function inFile(file: string): Manifest {
  return parseManifest(
    textOf(file, "give --manifest FILE, or --stack NAME for what a stack's settings say"),
    file,
  );
}

function textOf(file: string, next: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Problem(code === "ENOENT" ? `there is no ${file} here` : message, next);
  }
}

/** The settings of a stack, under the project's own names. Only Pulumi can open those that are secret. */
async function settingsOf(stack: string): Promise<{ cluster?: unknown; manifest?: unknown }> {
  const { name } = parse(textOf("Pulumi.yaml", "run it in the folder of the project")) as { name?: string };
  const args = ["config", "--json", "--show-secrets", "--non-interactive", "--stack", stack];
  const { stdout } = await promisify(execFile)("pulumi", args, {
    env: process.env,
    maxBuffer: 2 ** 26,
  }).catch((error) => {
    throw new Problem(
      `pulumi does not tell the settings of stack ${stack}: ${lastLine(error as { stderr?: string; message: string })}`,
      `see that "pulumi config --stack ${stack}" works here, or give --manifest FILE`,
    );
  });
  const all = JSON.parse(stdout) as Record<string, { value?: string; objectValue?: unknown }>;
  const setting = (key: string) => all[`${name}:${key}`];
  return { cluster: setting("cluster")?.objectValue, manifest: setting("manifest")?.value };
}

/** Never what it was asked to show. */
function lastLine({ stderr = "", message }: { stderr?: string; message: string }): string {
  return stderr.trim().split("\n").at(-1) || (message.split("\n")[0] ?? "");
}
