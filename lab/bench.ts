import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "./console";
import { ensureEngine } from "./engine/engine";
import { reapDeadRuns, runPrefix, withReaping } from "./machines/reap";
import type { Figures } from "./measure/figures";
import { formatRaw, writePage, writeRaw } from "./measure/kept";
import { measureOneServer } from "./measure/one-server";
import { roundsFrom } from "./measure/options";
import { page } from "./measure/page";
import { type Compared, compareWithNothing } from "./measure/repeated";
import { measureRounds } from "./measure/rounds";
import { surroundings } from "./measure/surroundings";
import { verdicts } from "./measure/verdicts";
import { withTemporaryFolder } from "./temporary";

/** What a cluster costs by this project and by a script, side by side: `npm run bench -- --rounds 3`. */
export async function main(args: string[]): Promise<number> {
  const rounds = roundsFrom(args, 3, 99, "For example: npm run bench -- --rounds 3");
  await ensureEngine();
  await reapDeadRuns();
  const where = await surroundings(`npm run bench -- --rounds ${rounds}`);
  const prefix = runPrefix();
  const figures = await withReaping(prefix, () => measure(`${prefix}-bench`, rounds));
  const rows = verdicts(figures);
  writeRaw("cluster", { ...where, verdicts: rows, ...figures });
  await formatRaw("cluster");
  writePage("cluster.md", page(where, figures, rows));
  const cells = rows.map(({ what, asked, seen, verdict }) => [what, asked, seen, verdict]);
  process.stdout.write(`${table(["WHAT", "ASKED", "SEEN", "VERDICT"], cells)}\n`);
  return 0;
}

function measure(name: string, count: number): Promise<Figures> {
  return withTemporaryFolder(join(tmpdir(), "bench-"), async (folder) => {
    let compared: Compared | undefined;
    const rounds = await measureRounds(name, count, folder, async (stack) => {
      compared = await compareWithNothing(stack, join(folder, "empty"));
    });
    if (!compared) throw new Error("no round has run");
    return { nodes: 5, rounds, ...compared, one: await measureOneServer(name, folder) };
  });
}
