import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { command } from "../command";
import { say, table } from "../console";
import { ensureEngine } from "../engine/engine";
import { inRepository } from "../folders";
import { surroundings } from "../measure/surroundings";
import { Problem } from "../problem";
import { agentsTrial, ensurePods } from "./agents";
import { bringUp, type Cluster, takeDown } from "./cluster";
import { openField, type Setting, settings } from "./field";
import { startGuide, stopGuide } from "./guide";
import { page } from "./page";
import { planned, type Results, rowOf } from "./rows";
import { tryOut } from "./trial";
import { compare } from "./verdicts";

const raw = inRepository("bench", "results", "failover.json");

/**
 * Disturbs a cluster and tells what its client saw. Trials of the same commit are kept, and so is the lab of an
 * interrupted run: the next one goes on where it was.
 */
export async function main(args: string[]): Promise<number> {
  const { trials, only } = optionsFrom(args);
  const plan = planned(trials);
  const chosen = plan.filter(({ setting, disturbance }) => `${setting}: ${disturbance}`.includes(only));
  if (chosen.length === 0) {
    const known = plan.map(({ setting, disturbance }) => `"${setting}: ${disturbance}"`).join(", ");
    throw new Problem(`There is no row "${only}".`, `Choose from: ${known}.`);
  }
  const results = await recall();
  const missing = chosen.filter(
    (row) => rowOf(results.rows, row.setting, row.disturbance, results.commit).trials.length < row.trials,
  );
  if (missing.length > 0) {
    await ensureEngine();
    const cluster = await bringUp();
    for (const setting of ["ours", "guide"] as const) {
      const rows = missing.filter((row) => row.setting === setting);
      if (rows.length > 0) await measure(cluster, setting, rows, results);
    }
    if (only === "") await takeDown();
  }
  keep(results);
  const biome = inRepository("node_modules", "@biomejs", "biome", "bin", "biome");
  await command(process.execPath, [biome, "format", "--write", raw], { cwd: inRepository() });
  const cells = compare(results.rows).map(({ what, asked, seen, guide, verdict }) => [
    what,
    asked,
    seen,
    guide,
    verdict,
  ]);
  process.stdout.write(`${table(["WHAT", "ASKED", "SEEN", "THE GUIDE'S", "VERDICT"], cells)}\n`);
  return 0;
}

async function measure(
  { lab, address, kubeconfig }: Cluster,
  setting: Setting,
  rows: ReturnType<typeof planned>,
  results: Results,
): Promise<void> {
  const { units } = settings.ours;
  if (setting === "guide") await startGuide(lab, address, units);
  const field = await openField(lab, setting, kubeconfig);
  try {
    for (const { disturbance, trials } of rows) {
      const row = rowOf(results.rows, setting, disturbance, results.commit);
      if (disturbance === "death of a server") await ensurePods(field, kubeconfig);
      while (row.trials.length < trials) {
        say(`==> ${setting}: ${disturbance}, ${row.trials.length + 1} of ${trials}`);
        const count = row.trials.length;
        const trial =
          disturbance === "death of a server"
            ? await agentsTrial(field, kubeconfig, count)
            : await tryOut(field, disturbance, count);
        row.trials.push(trial);
        say(`    ${JSON.stringify(trial)}`);
        keep(results);
      }
    }
  } finally {
    field.observer.stop();
    if (setting === "guide") await stopGuide(lab, units);
  }
}

function optionsFrom(args: string[]): { trials: number; only: string } {
  const remedy = 'For example: node bench/failover.mjs --trials 30 --only "host death"';
  try {
    const options = {
      trials: { type: "string", default: "30" },
      only: { type: "string", default: "" },
    } as const;
    const { values } = parseArgs({ args, options });
    const trials = Number(values.trials);
    if (Number.isInteger(trials) && trials >= 1 && trials <= 999) return { trials, only: values.only };
    throw new Problem(`"${values.trials}" is no number of trials from 1 to 999.`, remedy);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem((error as Error).message, remedy);
  }
}

async function recall(): Promise<Results> {
  const where = await surroundings("node bench/failover.mjs");
  const known = existsSync(raw) ? (JSON.parse(readFileSync(raw, "utf8")) as Results).rows : [];
  return { ...where, rows: known };
}

function keep(results: Results): void {
  const kept = { ...results, rows: results.rows.filter(({ trials }) => trials.length > 0) };
  mkdirSync(dirname(raw), { recursive: true });
  writeFileSync(raw, JSON.stringify(kept, null, 2));
  writeFileSync(inRepository("bench", "RESULTS.md"), page(kept));
}
