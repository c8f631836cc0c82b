import { say, table } from "../console";
import { ensureEngine } from "../engine/engine";
import { begun, formatRaw, recall, writePage, writeRaw } from "../measure/kept";
import { trialsFrom } from "../measure/options";
import { Problem } from "../problem";
import { takeDown } from "./cluster";
import { openLog } from "./log";
import { page } from "./page";
import { chosen, type Part, parts, type Results, type Row, rowOf } from "./rows";
import { preparations } from "./trials";
import { compare } from "./verdicts";

const example = 'For example: node bench/upgrade.mjs --trials 5 --only "3 servers"';

/**
 * Upgrades clusters, and lets one grow, and tells what a client saw and how long it took. Trials of the same commit are
 * kept, so that an interrupted run goes on after them.
 */
export async function main(args: string[]): Promise<number> {
  const { trials, only } = trialsFrom(args, 5, 99, example);
  const wanted = chosen(only);
  if (wanted.length === 0) {
    throw new Problem(
      `There is no part "${only}".`,
      `Choose from: ${parts.map((part) => `"${part}"`).join(", ")}.`,
    );
  }
  const results = await recall<Row>("upgrade");
  for (const part of wanted) await measure(part, trials, results);
  keep(results);
  await formatRaw("upgrade");
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

function keep(results: Results): void {
  const kept = begun(results);
  writeRaw("upgrade", kept);
  writePage("upgrade.md", page(kept));
}
