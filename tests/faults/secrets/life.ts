import type { Lab } from "../../../lab/machines/model";
import { onMachine } from "../../e2e/labs";
import type { Stack } from "../../e2e/stack";
import { change, encrypt } from "./given";
import { crashedUp, preview, type Run, refresh, up } from "./runs";

export type Runs = Record<string, Run>;

/** Adds what a run said to the others. */
export async function keep(runs: Runs, name: string, run: Promise<Run>): Promise<void> {
  runs[name] = await run;
}

/** What clusters go through, failures of several kinds included. */
export async function life(
  runs: Runs,
  { lab, stack, lost }: { lab: Lab; stack: Stack; lost: Stack },
  refused: Record<string, string>,
  mistaken: Record<string, string>,
): Promise<void> {
  await keep(runs, "preview", preview(stack));
  await keep(runs, "up", up(stack, "--diff"));
  await keep(runs, "outputs", stack.tryPulumi(["stack", "output"]));
  await keep(runs, "lost", up(lost));

  change(stack, ({ registries, ...cluster }) => ({ ...cluster, registries: { ...registries, mirrors: {} } }));
  let back = change(stack, (cluster) => cluster);
  await encrypt(stack, refused);
  await keep(runs, "refused", up(stack));
  await encrypt(stack, mistaken);
  await keep(runs, "mistaken", up(stack));
  back();

  back = change(stack, ({ agents: [agent], ...cluster }) => ({
    ...cluster,
    agents: [{ ...agent, config: { "kubelet-arg": ["no-such-flag=1"] } }],
  }));
  await keep(runs, "failing", up(stack));
  back();
  await keep(runs, "crashed", crashedUp(stack, /Node a1 updating/));
  await keep(runs, "repaired", up(stack));
  const files = ["token", "registries.yaml", "config.yaml"].map((file) => `/etc/rancher/k3s/${file}`);
  await onMachine(lab, "a1", `for file in ${files.join(" ")}; do echo odd >>$file; done`);
  await keep(runs, "refresh", refresh(stack));
  await keep(runs, "mended", up(stack, "--diff"));
}

/** Whether each run ends well. */
export const expected = {
  preview: true,
  up: true,
  outputs: true,
  lost: false,
  refused: false,
  mistaken: false,
  failing: false,
  crashed: false,
  repaired: true,
  refresh: true,
  mended: true,
  destroy: true,
  "lost destroyed": true,
};

export function codes(runs: Runs): Record<string, boolean> {
  return Object.fromEntries(Object.entries(runs).map(([name, { code }]) => [name, code === 0]));
}

/** Go's programs print what all their threads are at. */
export const crash = `
for unit in $(systemctl list-units --plain --no-legend --state active 'k3s*.service' | cut -d ' ' -f 1); do
  systemctl kill -s QUIT --kill-who=main "$unit"
  until journalctl -u "$unit" | grep -q 'goroutine 1 '; do sleep 0.2; done
done
`;
