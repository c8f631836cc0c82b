import { delimiter } from "node:path";
import { quote } from "../remote/quote";
import { say } from "./console";
import { pulumiSettings } from "./tools/environment";

/** Prints what `eval "$(npm run -s env)"` needs for pulumi to work in this shell. */
export async function main(): Promise<number> {
  const { folders, variables, remarks } = await pulumiSettings();
  for (const remark of remarks) say(`# ${remark}`);
  process.stdout.write(exportLines(folders, variables));
  return 0;
}

/** PATH is extended by the shell that reads this: npm has put folders of its own into ours. */
export function exportLines(folders: string[], variables: Record<string, string>): string {
  const path = `export PATH=${quote(folders.join(delimiter))}${delimiter}"$PATH"\n`;
  const others = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return [path, ...others].join("");
}
