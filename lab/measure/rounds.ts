import { join } from "node:path";
import { duration, say, table } from "../console";
import { down } from "../machines/lab";
import { manifestFor } from "../machines/manifest";
import { makeProject } from "../project";
import { openStack, type Stack } from "../stack";
import { withTemporaryFolder } from "../temporary";
import { k3s } from "../tools/catalog";
import type { Attempt, Round, UpAttempt, Way } from "./figures";
import { freshMachines } from "./machines";
import type { Created } from "./output";
import { byPulumi, byScript } from "./ways";

/** Both ways, each on new machines, this many times; the last cluster of pulumi's is shown to `look`. */
export async function measureRounds(
  name: string,
  count: number,
  folder: string,
  look: (stack: Stack) => Promise<void>,
): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let index = 0; index < count; index += 1) {
    // Whoever is second finds warmer caches.
    const order: Way[] = index % 2 === 0 ? ["script", "pulumi"] : ["pulumi", "script"];
    const ways = {
      script: () => script(name),
      pulumi: () => pulumi(name, folder, index === count - 1 ? look : undefined),
    };
    say(`==> round ${index + 1} of ${count}: ${order.join(", then ")}`);
    const seen: { script?: Attempt; pulumi?: UpAttempt } = {};
    for (const way of order) seen[way] = (await ways[way]()) as UpAttempt;
    if (seen.script && seen.pulumi) rounds.push({ order, script: seen.script, pulumi: seen.pulumi });
  }
  return rounds;
}

async function script(name: string): Promise<Attempt> {
  const attempt = await byScript(await freshMachines(name));
  await down(name);
  return attempt;
}

function pulumi(
  name: string,
  folder: string,
  look: ((stack: Stack) => Promise<void>) | undefined,
): Promise<UpAttempt> {
  return withTemporaryFolder(join(folder, "cluster-"), async (place) => {
    const lab = await freshMachines(name);
    const manifest = manifestFor(lab, k3s["k3s-1.33"].version);
    const stack = await openStack(place, "t", (project) => makeProject(project, "t", manifest));
    const { created, ...attempt } = await byPulumi(lab, stack);
    say(`    pulumi up took ${duration(attempt.seconds * 1_000)}`);
    process.stdout.write(`\n${timeline(created)}\n\n`);
    await look?.(stack);
    await down(name);
    return attempt;
  });
}

/** What was made when: the last rows are what the run waited for. */
function timeline(created: readonly Created[]): string {
  const rows = created.map(({ at, kind, name, took }) => [at.toFixed(1), took.toFixed(1), kind, name]);
  return table(["MADE AT", "TOOK", "KIND", "NAME"], rows);
}
