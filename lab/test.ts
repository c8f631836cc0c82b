import { duration, phase, say } from "./console";
import { ensureEngine, ensureSshClient } from "./engine/engine";
import { ensureImage } from "./engine/image";
import { mirrorVersion } from "./machines/mirror";
import { reapDeadRuns, runPrefix, withReaping } from "./machines/reap";
import { Problem } from "./problem";
import { jest } from "./testing/jest";
import { add, closingLine, type Tally, tallyOf } from "./testing/results";
import { staticChecks } from "./testing/static";
import { provide } from "./tools/tools";

const none: Tally = { passed: 0, failed: 0, skipped: 0 };

const parts: Record<string, () => Promise<Tally>> = { static: checks, fast: fastTests, e2e: labTests };

/** Runs everything that must hold before a change lands; `npm test -- static fast e2e` chooses parts. */
export async function main(args: string[]): Promise<number> {
  const chosen = args.length > 0 ? args : Object.keys(parts);
  const unknown = chosen.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new Problem(
      `There are no tests "${unknown.join(", ")}".`,
      `Choose from: ${Object.keys(parts).join(", ")}.`,
    );
  }
  const begun = Date.now();
  let total = none;
  for (const name of chosen) total = add(total, (await parts[name]?.()) ?? none);
  say(`\ntook ${duration(Date.now() - begun)}`);
  process.stdout.write(`${closingLine(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

async function checks(): Promise<Tally> {
  let total = none;
  for (const { name, run } of staticChecks) {
    const good = await phase(name, "10 s", run);
    if (!good) say(`FAILED: ${name}`);
    total = add(total, good ? { ...none, passed: 1 } : { ...none, failed: 1 });
  }
  return total;
}

async function fastTests(): Promise<Tally> {
  await ensureSshClient();
  say("==> unit, component and provider tests (usually 5 min)");
  const everyProcessor = ["--maxWorkers", "100%"];
  return report(await jest(["--selectProjects", "unit", "component", "provider", ...everyProcessor], {}));
}

/** The tests in the lab. Where there can be no lab they are skipped with the reason; never in CI. */
async function labTests(): Promise<Tally> {
  try {
    await ensureEngine();
  } catch (error) {
    if (!(error instanceof Problem) || process.env.CI) throw error;
    say(`SKIPPED: the tests in the lab. ${error.message}`);
    return { ...none, skipped: 1 };
  }
  await prepareLab();
  const prefix = runPrefix();
  return withReaping(prefix, async () => {
    say("==> end-to-end tests in the lab (usually 18 min)");
    // Half of their time they wait; more than two labs at once would want more memory than a small machine has.
    return report(await jest(["--selectProjects", "e2e", "--maxWorkers", "2"], { LAB_RUN: prefix }));
  });
}

/** What takes minutes on a machine that has nothing yet, so that no test has to wait for it. */
async function prepareLab(): Promise<void> {
  await provide("pulumi");
  await mirrorVersion("k3s-1.33", await ensureImage());
  await reapDeadRuns();
}

function report(found: Parameters<typeof tallyOf>[0] | undefined): Tally {
  const tally = found ? tallyOf(found) : { ...none, failed: 1 };
  if (process.env.CI && tally.skipped > 0) {
    say(`FAILED: ${tally.skipped} tests were skipped, and in CI none may be.`);
    return { ...tally, failed: tally.failed + 1 };
  }
  return tally;
}
