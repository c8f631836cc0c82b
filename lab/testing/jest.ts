import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { interactive } from "../command";
import { cacheFolder, inRepository } from "../folders";
import { withTemporaryFolder } from "../temporary";
import { type Counted, reportVariable } from "./reporter";
import type { JestReport } from "./results";

/** Runs jest on the user's terminal and gives its report; a jest that dies leaves none. */
export function jest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<JestReport | undefined> {
  return withTemporaryFolder(cacheFolder("jest-"), async (folder) => {
    const output = join(folder, "report.json");
    const program = inRepository("node_modules", "jest", "bin", "jest.js");
    const reporters = ["default", inRepository("dist", "lab", "testing", "reporter.js")];
    const report = [...reporters.flatMap((name) => ["--reporters", name]), "--rootDir", inRepository()];
    const code = await interactive(
      process.execPath,
      [program, ...args, ...report],
      { ...process.env, ...env, [reportVariable]: output },
      inRepository(),
    );
    if (!existsSync(output)) return undefined;
    return { success: code === 0, ...(JSON.parse(readFileSync(output, "utf8")) as Counted) };
  });
}
