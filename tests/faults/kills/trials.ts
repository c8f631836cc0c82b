import { boundariesOf } from "../../../lab/kills/boundaries";
import type { Kind, Matrix, Operation, Row, Stopped } from "../../../lab/kills/matrix";
import { up } from "../../e2e/stack";
import { begin } from "./run";
import { renewed, type Scene } from "./scene";
import { cleanState, difference, madeState } from "./state";
import { stoppedAt } from "./stopped";

/** A scene, and how it is when nobody disturbs it. */
export interface Known {
  scene: Scene;
  made: Record<string, string>;
  clean: Record<string, string>;
  boundaries: Matrix["boundaries"];
}

const destroy = ["destroy", "--yes", "--skip-preview"];

/** What is stopped, what comes after it, and whether there is a cluster then. */
const ways: Record<Operation, { stopped: string[]; next: string[]; made: boolean }> = {
  create: { stopped: up, next: up, made: true },
  destroy: { stopped: destroy, next: destroy, made: false },
  "destroy, then create": { stopped: destroy, next: up, made: true },
};

/** Makes and removes a cluster without disturbance, and sees which boundaries there are. */
export async function undisturbed(scene: Scene): Promise<Known> {
  const clean = await cleanState(scene);
  const create = await whole(scene, "create");
  const made = await madeState(scene);
  const destroy = await whole(scene, "destroy");
  const left = difference(clean, await cleanState(scene));
  if (left) throw new Error(`A cluster that nobody disturbed left something: ${left}`);
  return { scene, made, clean, boundaries: { create, destroy } };
}

async function whole(scene: Scene, operation: Stopped): Promise<string[]> {
  const begun = Date.now();
  const { code, said, log } = await begin(scene, ways[operation].stopped, () => undefined).ended;
  if (code !== 0) throw new Error(`${operation} failed though nobody disturbed it:\n${said}`);
  const boundaries = boundariesOf(log, scene.named);
  const seconds = ((Date.now() - begun) / 1_000).toFixed(0);
  console.log(`${operation} undisturbed, ${seconds} s:\n${boundaries.join("\n")}`);
  return boundaries;
}

/** Stops an operation at a boundary, and does it again; nothing where the boundary did not come this time. */
export async function tried(
  known: Known,
  operation: Operation,
  kind: Kind,
  boundary: string,
): Promise<Row | undefined> {
  const { scene } = known;
  const way = ways[operation];
  const stopped = await stoppedAt(scene, way.stopped, kind, boundary);
  if (!stopped) return undefined;
  const begun = Date.now();
  const next = await scene.stack.tryPulumi(way.next);
  const seconds = (Date.now() - begun) / 1_000;
  const failure = next.code === 0 ? await differing(known, way.made) : lastLines(next);
  return { operation, boundary, kind, seconds, ...(failure ? { failure } : {}), ...stopped };
}

/** How a scene differs from one that nobody disturbed. */
async function differing({ scene, made, clean }: Known, isMade: boolean): Promise<string | undefined> {
  if (!isMade) return difference(clean, await cleanState(scene));
  const [preview, now] = await Promise.all([scene.stack.tryPulumi(["preview"]), madeState(scene)]);
  const empty = preview.code === 0 && !/\d+ to (create|update|replace|delete)/.test(preview.stdout);
  return difference(made, now) ?? (empty ? undefined : `the next preview: ${lastLines(preview)}`);
}

/** Makes or removes a cluster; a scene where that cannot be done begins anew. */
export async function finished(known: Known, operation: Stopped): Promise<Known> {
  const { next, made } = ways[operation];
  const end = await known.scene.stack.tryPulumi(next);
  const wrong = end.code === 0 ? await differing(known, made) : lastLines(end);
  if (!wrong) return known;
  console.log(`${operation} on ${known.scene.server} left its machines as they should not be: ${wrong}`);
  const fresh = { ...known, scene: await renewed(known.scene) };
  return made ? finished(fresh, operation) : fresh;
}

function lastLines({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return `${stdout}\n${stderr}`
    .split("\n")
    .filter((line) => /error|next:|\d+ to /.test(line))
    .slice(0, 4)
    .map((line) => line.trim())
    .join("; ");
}
