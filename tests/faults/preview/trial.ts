import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Lab } from "../../../lab/machines/model";
import { onMachine } from "../../e2e/labs";
import type { Stack } from "../../e2e/stack";
import { type Described, type Edit, members } from "./edits";
import { preview, type Step, type Told, up } from "./told";

/** What came of an edit. */
export interface Trial {
  edit: Edit;
  foreseen: Told;
  done: Told;
  /** The machines on which k3s started anew. */
  restarts: string[];
  /** What another preview lists afterwards; of what was refused, whether the state has changed. */
  left: string[];
}

export async function tried(
  stack: Stack,
  lab: Lab,
  edit: Edit,
  [before, after]: [Described, Described],
): Promise<Trial> {
  const names = members(before).filter((name) => members(after).includes(name));
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify(after));
  const runs = await started(lab, names);
  const foreseen = await preview(stack);
  const state = await stack.pulumi(["stack", "export"]);
  const done = await up(stack, foreseen);
  const since = await started(lab, names);
  return {
    ...{ edit, foreseen, done },
    restarts: names.filter((name) => runs[name] !== since[name]).sort(),
    left: await leftOver(stack, foreseen, state),
  };
}

async function started(lab: Lab, names: string[]): Promise<Record<string, string>> {
  const invocation = "systemctl show -p InvocationID --value k3s k3s-agent";
  const answers = names.map(async (name) => [name, await onMachine(lab, name, invocation)]);
  return Object.fromEntries(await Promise.all(answers));
}

async function leftOver(stack: Stack, { refused }: Told, state: string): Promise<string[]> {
  if (!refused) return Object.keys((await preview(stack)).steps);
  return (await stack.pulumi(["stack", "export"])) === state ? [] : ["another state"];
}

export function outcome({ edit: { what }, foreseen, done, restarts, left }: Trial) {
  const { refused, errors, steps } = foreseen;
  const comes = refused ? errors.join("\n") : Object.keys(steps).sort();
  return { what, comes, restarts, costs: costs(foreseen), done, left };
}

/** The outcome as it has to be. */
export function expectation({ edit: { what, comes }, foreseen, done, restarts }: Trial) {
  const refused = comes instanceof RegExp;
  return {
    what,
    comes: refused ? expect.stringMatching(comes) : comes.steps,
    restarts: refused ? [] : comes.restarts,
    costs: Object.fromEntries(
      Object.keys(costs(foreseen)).map((step) => [step, costWords(step, foreseen, restarts)]),
    ),
    done: { ...foreseen, steps: asForeseen(foreseen.steps, done.steps) },
    left: [],
  };
}

/** What the rows of updated nodes say of the cost. */
function costs({ steps }: Told): Record<string, string | undefined> {
  const updated = Object.entries(steps).filter(([name]) => name.startsWith("update Node "));
  return Object.fromEntries(updated.map(([name, { cost }]) => [name, cost]));
}

function costWords(step: string, { steps }: Told, restarts: string[]): string {
  const name = step.split(" ").at(-1) ?? "";
  const unit = name.startsWith("a") ? "k3s-agent" : "k3s";
  const pods = steps[step]?.changed.includes("version") ? "go elsewhere before" : "go on";
  return restarts.includes(name)
    ? `changing it restarts ${unit} on ${name}; its pods ${pods}`
    : `changing it restarts nothing on ${name}`;
}

/** What up has to say that it does: of what a preview could not know, it may change any. */
function asForeseen(foreseen: Record<string, Step>, done: Record<string, Step>): Record<string, Step> {
  return Object.fromEntries(
    Object.entries(foreseen).map(([name, { changed, unknown, cost }]) => {
      const known = done[name]?.changed.filter((key) => unknown.includes(key)) ?? [];
      return [name, { changed: [...changed, ...known].sort(), unknown: [], cost }];
    }),
  );
}
