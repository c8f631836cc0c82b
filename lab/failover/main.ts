import { say, table } from "../console";
import { ensureEngine } from "../engine/engine";
import { begun, formatRaw, recall, writePage, writeRaw } from "../measure/kept";
import { trialsFrom } from "../measure/options";
import { Problem } from "../problem";
import { agentsTrial, ensurePods } from "./agents";
import { bringUp, type Cluster, takeDown } from "./cluster";
import { openField, type Setting, settings } from "./field";
import { startGuide, stopGuide } from "./guide";
import { page } from "./page";
import { planned, type Results, type Row, rowOf } from "./rows";
import { tryOut } from "./trial";
import { compare } from "./verdicts";

const example = 'For example: node bench/failover.mjs --trials 30 --only "host death"';

/**
 * Disturbs a cluster and tells what its client saw. Trials of the same commit are kept, and so is the lab of an
 * interrupted run: the next one goes on where it was.
 */
export async function main(args: string[]): Promise<number> {
  const { trials, only } = trialsFrom(args, 30, 999, example);
  const plan = planned(trials);
  const chosen = plan.filter(({ setting, disturbance }) => `${setting}: ${disturbance}`.includes(only));
  if (chosen.length === 0) {
    const known = plan.map(({ setting, disturbance }) => `"${setting}: ${disturbance}"`).join(", ");
    throw new Problem(`There is no row "${only}".`, `Choose from: ${known}.`);
  }
  const results = await recall<Row>("failover");
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
  await formatRaw("failover");
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

function keep(results: Results): void {
  const kept = begun(results);
  writeRaw("failover", kept);
  writePage("RESULTS.md", page(kept));
}
