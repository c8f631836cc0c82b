import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../lab/command";
import { hosts } from "../../lab/machines/model";
import { labDown, labUp, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { computer, isAllowed, plant, planted, searchEverywhere } from "./secrets/evidence";
import {
  describeCluster,
  describeLost,
  keyIn,
  letIn,
  letters,
  madeSecrets,
  makeSecrets,
  mistakes,
  privateKey,
} from "./secrets/given";
import { codes, crash, expected, keep, life, type Runs } from "./secrets/life";
import { destroy, withoutTrace } from "./secrets/runs";
import { type Sampled, type Sampler, sampler } from "./secrets/sampler";
import { type Hit, type Sought, searchText } from "./secrets/search";

test(
  "T02 nobody but root finds a secret, from the first preview to after destroy, in what ps, files, journals, state and output show",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "secrets-"));
    const lab = await labUp("secrets", { servers: 2, agents: 1, spare: 1, k3s: ["k3s-1.33"] });
    const machines = hosts(lab).map(({ name }) => name);
    const samplers: Record<string, Sampler> = {};
    const stacks: Stack[] = [];
    try {
      const given = makeSecrets();
      await letIn(lab, folder, given);
      const [canary, anotherToken] = [letters(), letters()];
      const stack = await newClusterStack("");
      const lost = await newClusterStack("");
      stacks.push(stack, lost);
      await describeCluster(stack, lab, folder, { ...given, canary });
      await describeLost(lost, lab, folder, given);
      for (const name of machines) samplers[name] = sampler(lab, name);
      samplers[computer] = sampler(lab);
      for (const name of machines) await onMachine(lab, name, plant(canary));
      writeFileSync(join(folder, "canary"), canary);
      await command("sh", ["-c", "sleep 0.5; :", canary]);

      const runs: Runs = {};
      await life(runs, { lab, stack, lost }, { "cluster.token": anotherToken }, mistakes(given));
      const made = await madeSecrets(lab);
      for (const name of machines) await onMachine(lab, name, crash);
      const secrets: Sought = { ...given, ...made, privateKey: privateKey(folder), anotherToken };
      const look = () => searchEverywhere(lab, stacks, keyIn(folder), { ...secrets, canary });
      const before = await look();
      await keep(runs, "destroy", destroy(stack));
      await keep(runs, "lost destroyed", destroy(lost));
      const sampled = await stopped(samplers);
      const after = await look();

      console.log(figures(sampled, runs));
      const seen = [...inProcesses(sampled, { ...secrets, canary }), ...inRuns(runs, secrets, canary)];
      const hits = [...before, ...after, ...seen];
      const places = new Set(hits.filter(({ what }) => what === "canary").map(({ where }) => where));
      const carriers = [...machines.flatMap(planted), ...carried(stack, folder)];
      expect({
        codes: codes(runs),
        missed: carriers.filter((place) => !places.has(place)),
        leaks: hits.filter((hit) => hit.what !== "canary" && !isAllowed(hit)),
        kept: kinds(before),
        left: kinds(after),
      }).toEqual({ codes: expected, missed: [], leaks: [], kept, left: [] });
    } finally {
      await stopped(samplers);
      for (const stack of stacks) stack.remove();
      rmSync(folder, { recursive: true });
      await labDown("secrets");
    }
  },
  minutes(40),
);

/** What machines hold as long as there are clusters; this is how one sees that the search finds what is there. */
const kept = [
  ...["accountKey", "agentToken", "caKey", "datastorePassword", "etcdCaKey", "etcdKey", "kubeconfigKey"],
  ...["proxyPassword", "registryPassword", "registryToken", "token"],
];

function kinds(hits: Hit[]): string[] {
  return [...new Set(hits.map(({ what }) => what))].filter((what) => what !== "canary").sort();
}

async function stopped(samplers: Record<string, Sampler>): Promise<Record<string, Sampled>> {
  const sampled = Object.entries(samplers).map(async ([name, one]) => [name, await one.stop()] as const);
  for (const name of Object.keys(samplers)) delete samplers[name];
  return Object.fromEntries(await Promise.all(sampled));
}

function inProcesses(sampled: Record<string, Sampled>, sought: Sought): Hit[] {
  return Object.entries(sampled).flatMap(([name, one]) => [
    ...searchText(one.arguments, `${name}: ps`, sought),
    ...searchText(one.environments, `${name}: environments`, sought),
  ]);
}

function inRuns(runs: Runs, secrets: Sought, canary: string): Hit[] {
  return Object.entries(runs).flatMap(([name, { stdout, stderr }]) => [
    ...searchText(stdout, `output of ${name}`, { ...secrets, canary }),
    ...searchText(stderr, `log of ${name}`, { canary }),
    ...searchText(withoutTrace(stderr), `log of ${name}`, secrets),
  ]);
}

/** Where a label of all nodes is found by itself, or the canary was left on this computer. */
function carried(stack: Stack, folder: string): string[] {
  const state = join(stack.folder, "..", "state", ".pulumi", "stacks", "k3s-cluster", "t.json");
  const logs = ["preview", "up", "refused", "failing", "crashed", "repaired", "refresh", "mended", "destroy"];
  return [
    ...["ps", state, join(folder, "canary")].map((place) => `${computer}: ${place}`),
    ...["stack export", "output of preview", "output of up"],
    ...logs.map((run) => `log of ${run}`),
  ];
}

function figures(sampled: Record<string, Sampled>, runs: Runs): string {
  const samples = Object.entries(sampled).map(
    ([name, { samples, seconds, longest }]) =>
      `${name}: ${samples} samples in ${seconds} s, at most ${longest} ms apart`,
  );
  const logs = Object.entries(runs).map(
    ([name, { stderr }]) => `${name}: ${(stderr.length / 1e6).toFixed(1)} MB of log`,
  );
  return [...samples, ...logs].join("\n");
}
