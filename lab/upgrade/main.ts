import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { command } from "../command";
import { say, table } from "../console";
import { ensureEngine } from "../engine/engine";
import { inRepository } from "../folders";
import { surroundings } from "../measure/surroundings";
import { Problem } from "../problem";
import { takeDown } from "./cluster";
import { openLog } from "./log";
import { page } from "./page";
import { chosen, type Part, parts, type Results, rowOf } from "./rows";
import { preparations } from "./trials";
import { compare } from "./verdicts";

const raw = inRepository("bench", "results", "upgrade.json");

/**
 * Upgrades clusters, and lets one grow, and tells what a client saw and how long it took. Trials of the same commit are
 * kept, so that an interrupted run goes on after them.
 */
export async function main(args: string[]): Promise<number> {
  const { trials, only } = optionsFrom(args);
  const wanted = chosen(only);
  if (wanted.length === 0) {
    throw new Problem(
      `There is no part "${only}".`,
      `Choose from: ${parts.map((part) => `"${part}"`).join(", ")}.`,
    );
  }
  const results = await recall();
  for (const part of wanted) await measure(part, trials, results);
  keep(results);
  const biome = inRepository("node_modules", "@biomejs", "biome", "bin", "biome");
  await command(process.execPath, [biome, "format", "--write", raw], { cwd: inRepository() });
  const cells = compare(results.rows).map(({ what, asked, seen, verdict }) => [what, asked, seen, verdict]);
  process.stdout.write(`${table(["WHAT", "ASKED", "SEEN", "VERDICT"], cells)}\n`);
  return 0;
}

/** What a failed run leaves stays there to be looked at, until the next one. */
async function measure(part: Part, count: number, results: Results): Promise<void> {
  const row = rowOf(results.rows, part, results.commit);
  if (row.trials.length >= count) return;
  await ensureEngine();
  const tryOut = await preparations[part]();
  while (row.trials.length < count) {
    const number = row.trials.length + 1;
    say(`==> ${part}: ${number} of ${count}`);
    const log = openLog(`${row.commit} ${part} ${number}`.replace(/\W+/g, "-"));
    say(`    what pulumi says, and what is seen meanwhile: ${log.file}`);
    const trial = await tryOut(log);
    row.trials.push(trial);
    const { phases: _, ...figures } = trial;
    say(`    ${JSON.stringify(figures)}`);
    keep(results);
  }
  await takeDown();
}

function optionsFrom(args: string[]): { trials: number; only: string } {
  const remedy = 'For example: node bench/upgrade.mjs --trials 5 --only "3 servers"';
  try {
    const options = {
      trials: { type: "string", default: "5" },
      only: { type: "string", default: "" },
    } as const;
    const { values } = parseArgs({ args, options });
    const trials = Number(values.trials);
    if (Number.isInteger(trials) && trials >= 1 && trials <= 99) return { trials, only: values.only };
    throw new Problem(`"${values.trials}" is no number of trials from 1 to 99.`, remedy);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem((error as Error).message, remedy);
  }
}

async function recall(): Promise<Results> {
  const where = await surroundings("node bench/upgrade.mjs");
  const known = existsSync(raw) ? (JSON.parse(readFileSync(raw, "utf8")) as Results).rows : [];
  return { ...where, rows: known };
}

function keep(results: Results): void {
  const kept = { ...results, rows: results.rows.filter(({ trials }) => trials.length > 0) };
  mkdirSync(dirname(raw), { recursive: true });
  writeFileSync(raw, JSON.stringify(kept, null, 2));
  writeFileSync(inRepository("bench", "upgrade.md"), page(kept));
}
