import {
  type Kind,
  type Matrix,
  missing,
  type Operation,
  type Row,
  type Stopped,
} from "../../lab/kills/matrix";
import { labDown, labUp, minutes } from "../e2e/labs";
import { keep, openRecord } from "./kills/record";
import { sceneOf } from "./kills/scene";
import { finished, type Known, tried, undisturbed } from "./kills/trials";

jest.setTimeout(minutes(300));

/** Clusters that are worked on at once: most of the time goes by in waiting. */
const scenes = Number(process.env.KILL_SCENES ?? 2);

let known: Known[] = [];
let matrix: Matrix;

beforeAll(async () => {
  const lab = await labUp("kills", { servers: scenes, agents: scenes, k3s: ["k3s-1.33"] });
  const all = Array.from({ length: scenes }, (_, index) => sceneOf(lab, index + 1));
  known = await Promise.all(all.map(async (scene) => undisturbed(await scene)));
  const boundaries = (operation: Stopped) => [
    ...new Set(known.flatMap(({ boundaries }) => boundaries[operation])),
  ];
  matrix = await openRecord({ create: boundaries("create"), destroy: boundaries("destroy") });
});

afterAll(async () => {
  for (const { scene } of known) scene.stack.remove();
  await labDown("kills");
});

test("K01 an up whose CLI is killed at any step is finished by the next one", () => createAt("CLI"));

test("K02 an up whose provider host is killed at any step is finished by the next one", () =>
  createAt("provider host"));

test("K03 an up whose machines are cut off at any step is finished by the next one", () =>
  createAt("network"));

test("K04 an up during which a machine restarts at any step is finished by the next one", () =>
  createAt("reboot"));

test("K05 a destroy whose CLI is killed at any step is finished by the next one", () => destroyAt("CLI"));

test("K06 a destroy whose provider host is killed at any step is finished by the next one", () =>
  destroyAt("provider host"));

test("K07 a destroy whose machines are cut off at any step is finished by the next one", () =>
  destroyAt("network"));

test("K08 a destroy during which a machine restarts at any step is finished by the next one", () =>
  destroyAt("reboot"));

test("K09 after a destroy whose CLI is killed at any step, an up makes the cluster whole", () =>
  insteadAt("CLI"));

test("K10 after a destroy whose provider host is killed at any step, an up makes the cluster whole", () =>
  insteadAt("provider host"));

test("K11 after a destroy whose machines are cut off at any step, an up makes the cluster whole", () =>
  insteadAt("network"));

test("K12 after a destroy during which a machine restarts at any step, an up makes the cluster whole", () =>
  insteadAt("reboot"));

/** What was made has to be removed before the next trial, so that destroy is tried along the way. */
async function createAt(kind: Kind): Promise<void> {
  // The later a step, the more there is that could be half done.
  const toCreate = missing(matrix, "create", kind).toReversed();
  const toDestroy = missing(matrix, "destroy", kind);
  await each(toCreate, async (one, boundary) => {
    await tryAt(one, "create", kind, boundary);
    const other = toDestroy.shift();
    const clean = other !== undefined && (await tryAt(one, "destroy", kind, other));
    return clean ? one : finished(one, "destroy");
  });
  expectConverged("create", kind);
}

async function destroyAt(kind: Kind): Promise<void> {
  await each(missing(matrix, "destroy", kind), async (one, boundary) => {
    const made = await finished(one, "create");
    const clean = await tryAt(made, "destroy", kind, boundary);
    return clean ? made : finished(made, "destroy");
  });
  expectConverged("destroy", kind);
}

async function insteadAt(kind: Kind): Promise<void> {
  const operation = "destroy, then create";
  known = await Promise.all(known.map((one) => finished(one, "create")));
  await each(missing(matrix, operation, kind), async (one, boundary) => {
    const whole = await tryAt(one, operation, kind, boundary);
    return whole ? one : finished(await finished(one, "destroy"), "create");
  });
  known = await Promise.all(known.map((one) => finished(one, "destroy")));
  expectConverged(operation, kind);
}

/** On every scene at once, as long as there is something to do. */
async function each(queue: string[], work: (one: Known, boundary: string) => Promise<Known>): Promise<void> {
  await Promise.all(
    known.map(async (_, index) => {
      for (let boundary = queue.shift(); boundary; boundary = queue.shift())
        known[index] = await work(known[index] as Known, boundary);
    }),
  );
}

/** True where it is known that the operation has come to its end. */
async function tryAt(one: Known, operation: Operation, kind: Kind, boundary: string): Promise<boolean> {
  const unexpected = (error: Error): Row => {
    return { operation, boundary, kind, seconds: 0, failure: `the trial itself: ${error.message}` };
  };
  const row = await tried(one, operation, kind, boundary).catch(unexpected);
  if (row) keep(matrix, row);
  console.log(row ? JSON.stringify(row) : `"${boundary}" did not come this time`);
  return row !== undefined && row.failure === undefined;
}

function expectConverged(operation: Operation, kind: Kind): void {
  const rows = matrix.rows.filter((row) => row.operation === operation && row.kind === kind);
  expect(rows.filter(({ failure, silent }) => failure !== undefined || silent === undefined)).toEqual([]);
  expect(missing(matrix, operation, kind)).toEqual([]);
}
