import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { command } from "./command";
import { table } from "./console";
import { ensureEngine } from "./engine/engine";
import { inRepository } from "./folders";
import { reapDeadRuns, runPrefix, withReaping } from "./machines/reap";
import type { Figures } from "./measure/figures";
import { measureOneServer } from "./measure/one-server";
import { page } from "./measure/page";
import { type Compared, compareWithNothing } from "./measure/repeated";
import { measureRounds } from "./measure/rounds";
import { type Surroundings, surroundings } from "./measure/surroundings";
import { type Verdict, verdicts } from "./measure/verdicts";
import { Problem } from "./problem";
import { withTemporaryFolder } from "./temporary";

/** What a cluster costs by this project and by a script, side by side: `npm run bench -- --rounds 3`. */
export async function main(args: string[]): Promise<number> {
  const rounds = roundsFrom(args);
  await ensureEngine();
  await reapDeadRuns();
  const where = await surroundings(`npm run bench -- --rounds ${rounds}`);
  const prefix = runPrefix();
  const figures = await withReaping(prefix, () => measure(`${prefix}-bench`, rounds));
  const rows = verdicts(figures);
  await keep(where, figures, rows);
  const cells = rows.map(({ what, asked, seen, verdict }) => [what, asked, seen, verdict]);
  process.stdout.write(`${table(["WHAT", "ASKED", "SEEN", "VERDICT"], cells)}\n`);
  return 0;
}

function roundsFrom(args: string[]): number {
  const remedy = "For example: npm run bench -- --rounds 3";
  try {
    const { values } = parseArgs({ args, options: { rounds: { type: "string", default: "3" } } });
    const rounds = Number(values.rounds);
    if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 99) return rounds;
    throw new Problem(`"${values.rounds}" is no number of rounds from 1 to 99.`, remedy);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem((error as Error).message, remedy);
  }
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

async function keep(where: Surroundings, figures: Figures, rows: Verdict[]): Promise<void> {
  const raw = inRepository("bench", "results", "cluster.json");
  mkdirSync(dirname(raw), { recursive: true });
  writeFileSync(raw, JSON.stringify({ ...where, verdicts: rows, ...figures }, null, 2));
  const biome = inRepository("node_modules", "@biomejs", "biome", "bin", "biome");
  await command(process.execPath, [biome, "format", "--write", raw], { cwd: inRepository() });
  writeFileSync(inRepository("bench", "cluster.md"), page(where, figures, rows));
}
