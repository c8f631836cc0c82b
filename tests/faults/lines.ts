import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** What a process says, which grows as long as it runs. */
export function linesOf(
  { stdout, stderr }: ChildProcess,
  onLine: (line: string) => void = () => undefined,
): string[] {
  const lines: string[] = [];
  for (const stream of [stdout, stderr]) {
    if (!stream) continue;
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      onLine(line);
    });
  }
  return lines;
}
