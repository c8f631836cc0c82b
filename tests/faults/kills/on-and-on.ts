import { boundariesOf } from "../../../lab/kills/boundaries";
import { up } from "../../e2e/stack";
import { begin } from "./run";
import type { Stage } from "./scene";
import { stoppedWhere } from "./stopped";

/** An up that nobody disturbs; gives its steps. */
export async function undisturbed(stage: Stage): Promise<string[]> {
  const { code, said, log } = await begin(stage, up, () => undefined).ended;
  if (code !== 0) throw new Error(`It failed though nobody disturbed it:\n${said}`);
  const boundaries = boundariesOf(log, stage.named);
  console.log(`${boundaries.length} steps:\n${boundaries.join("\n")}`);
  return boundaries;
}

/** Each up goes on where the one before was killed, until one has no such step that none was killed at. */
export async function killedOnAndOn(stage: Stage, such = /./): Promise<void> {
  const killed = new Set<string>();
  const isNew = (boundary: string) =>
    such.test(boundary) && !killed.has(boundary) && killed.add(boundary) !== undefined;
  for (;;) {
    const stopped = await stoppedWhere(stage, up, "CLI", isNew);
    if (!stopped) break;
    expect(stopped.failure).toBeUndefined();
  }
  console.log(`killed at ${killed.size} steps:\n${[...killed].join("\n")}`);
  expect(killed.size).toBeGreaterThan(0);
  expect(await stage.stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
}
