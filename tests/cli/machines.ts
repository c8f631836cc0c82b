import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "../../cli/main";
import type { FakeMachine } from "../providers/fake-machine";

const home = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(home, { recursive: true }));

export const inHome = (...names: string[]) => join(home, ...names);

/** A manifest of these servers, as text. */
export function manifestOf(machines: FakeMachine[], more: object = {}): string {
  const servers = machines.map(({ name, connection: { host, ...ssh } }) => ({ name, host, ssh }));
  return stringify({ name: "prod", version: "v1.33.3+k3s1", servers, ...more });
}

export function written(name: string, text: string): string {
  writeFileSync(inHome(name), text);
  return inHome(name);
}

/** Runs the command as main does, and gives what it printed. */
export async function k3sCluster(...args: string[]) {
  const texts = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    jest.spyOn(process[name], "write").mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    }),
  );
  try {
    return { code: await run(args), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
