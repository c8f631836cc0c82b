import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import { newer, older } from "../../lab/upgrade/cluster";
import { labDown, labUp, minutes } from "../e2e/labs";
import { newClusterStack, up } from "../e2e/stack";
import { type Written, write } from "./field";
import { killedOnAndOn, undisturbed } from "./kills/on-and-on";
import type { Stage } from "./kills/scene";
import { difference, madeState, type State } from "./kills/state";
import { stoppedAt } from "./kills/stopped";

jest.setTimeout(minutes(120));

let stage: Stage;
let manifest: Written;

beforeAll(async () => {
  const lab = await labUp("kills-day-two", { servers: 3, agents: 1, k3s: ["k3s-1.32", "k3s-1.33"] });
  // No pod is started, so that no image is needed.
  manifest = { ...parse(manifestFor(lab, older)), artifacts: { mirror: lab.mirror } };
  const stack = await newClusterStack(stringify(manifest));
  // The first is asked for the whole cluster, and stays.
  const roles = { s1: "server", s2: "server", s3: "server", a1: "agent" };
  stage = { lab, stack, named: { cluster: lab.name, roles } };
});

afterAll(async () => {
  stage?.stack.remove();
  await labDown("kills-day-two");
});

test("K13 a turn of the tokens whose CLI is killed at one step after the other comes to the same end", async () => {
  await make({});
  const turn = (number: number) => ({ tokens: { rotate: String(number) } });
  await changedTo(turn(1));
  const expected = await madeState(stage);
  write({ stack: stage.stack, manifest }, turn(2));
  await killedUntil(expected);
});

test("K14 servers and agents that leave while the CLI is killed at any step have left after the next run", () =>
  killedAtEach(
    () => make({}),
    () => ({ servers: (manifest.servers as object[]).slice(0, 2), agents: [] }),
  ));

test("K15 an upgrade whose CLI is killed at one step after the other comes to the same end", async () => {
  await make({});
  await changedTo({ version: newer });
  const expected = await madeState(stage);
  // Data cannot go back to an older version.
  write({ stack: stage.stack, manifest }, {});
  await stage.stack.pulumi(["destroy", "--yes", "--skip-preview"]);
  await make({});
  write({ stack: stage.stack, manifest }, { version: newer });
  await killedUntil(expected);
});

async function killedUntil(expected: State): Promise<void> {
  await killedOnAndOn(stage);
  expect(difference(expected, await madeState(stage))).toBeUndefined();
}

/** What is to be changed is made before, and then changed without disturbance, and with one at each step. */
async function killedAtEach(before: () => Promise<void>, change: () => Written): Promise<void> {
  await make({});
  await before();
  const boundaries = await changedTo(change());
  const expected = await madeState(stage);
  const failures: string[] = [];
  for (const boundary of boundaries) {
    await before();
    write({ stack: stage.stack, manifest }, change());
    const stopped = await stoppedAt(stage, up, "CLI", boundary);
    const next = await stage.stack.tryPulumi(up);
    const wrong =
      stopped?.failure ??
      (next.code === 0 ? difference(expected, await madeState(stage)) : `${next.stdout}${next.stderr}`);
    const preview = await stage.stack.pulumi(["preview"]);
    const repeated = /\d+ to (create|update|replace|delete)/.test(preview)
      ? "the next preview has changes"
      : undefined;
    console.log(`${stopped ? "killed at" : "not reached"}: ${boundary}: ${wrong ?? repeated ?? "converged"}`);
    failures.push(...[wrong ?? repeated].flatMap((each) => (each ? `${boundary}: ${each}` : [])));
  }
  expect(failures).toEqual([]);
}

function changedTo(changed: Written): Promise<string[]> {
  write({ stack: stage.stack, manifest }, changed);
  return undisturbed(stage);
}

async function make(changed: Written): Promise<void> {
  write({ stack: stage.stack, manifest }, changed);
  await stage.stack.pulumi(up);
}
