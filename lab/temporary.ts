import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { undoneAtExit } from "./tools/interruption";

/** Runs `work` with a fresh folder that is gone afterwards, also after Ctrl-C. */
export async function withTemporaryFolder<T>(
  prefix: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(prefix), { recursive: true });
  const folder = mkdtempSync(prefix);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return await undoneAtExit(remove, () => work(folder));
  } finally {
    remove();
  }
}
