import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { openField, settled } from "../failover/field";
import { kubectl, onMachine, startTimes } from "../machines/on-machine";
import { findMachine } from "../machines/store";
import { Problem } from "../problem";
import { type Cluster, kubeconfigOf, newCluster, newer, older, write } from "./cluster";
import { type Log, momentsOf } from "./log";
import { meanwhile } from "./meanwhile";
import type { GrowthTrial, Trials, UpgradeTrial } from "./rows";
import { toldUp } from "./told-up";
import { startWorkload } from "./workload";

/** A cluster that was made or changed a moment ago still works hard. */
const rest = 30_000;

/** What has to be there for trials of a part, and then how one is made. */
export const preparations: { [P in keyof Trials]: () => Promise<(log: Log) => Promise<Trials[P]>> } = {
  "3 servers": async () => (log) => upgradeTrial(0, log),
  "3 servers + 2 agents with a web workload": async () => (log) => upgradeTrial(2, log),
  "+1 agent on 5 nodes": async () => {
    const size = { servers: 3, agents: 2, spare: 1, k3s: ["k3s-1.33" as const] };
    const cluster = await newCluster(size, newer, () => ({}));
    return (log) => growthTrial(cluster, log);
  },
};

async function upgradeTrial(agents: number, log: Log): Promise<UpgradeTrial> {
  const size = { servers: 3, agents, spare: 0, k3s: ["k3s-1.32" as const, "k3s-1.33" as const] };
  const cluster = await newCluster(size, older, ({ prefix }) => ({ endpoint: { vip: `${prefix}100/24` } }));
  const { lab } = cluster;
  const web = agents > 0 ? ["--web", (await startWorkload(lab)).join(",")] : [];
  const field = await openField(lab, "ours", await kubeconfigOf(cluster), ["--writes", ...web]);
  try {
    await pause(rest);
    await settled(field);
    const begun = beginning();
    write(cluster, { version: newer });
    let phases: UpgradeTrial["phases"] = [];
    const seen = await meanwhile(field, async () => {
      ({ phases } = await toldUp(cluster, log));
    });
    await expectUpgraded(cluster);
    return { ...begun, ...seen, phases };
  } finally {
    log.add(momentsOf(field.observer));
    field.observer.stop();
  }
}

async function growthTrial(cluster: Cluster, log: Log): Promise<GrowthTrial> {
  const { lab, stack, manifest } = cluster;
  const { name, address } = findMachine(lab, "x1");
  // Whom the trial before has added leaves.
  write(cluster, {});
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await pause(rest);
  const others = lab.machines.filter(({ role }) => role === "server" || role === "agent");
  const names = others.map((machine) => machine.name);
  const before = await startTimes(lab, names);
  write(cluster, { agents: [...manifest.agents, { name, host: address }] });
  const begun = beginning();
  const { seconds, phases } = await toldUp(cluster, log);
  const after = await startTimes(lab, names);
  const ready = await onMachine(lab, "s1", `${kubectl} get node ${name} -o jsonpath='${readySince}'`);
  return {
    ...begun,
    took: Math.round(seconds * 1_000),
    ready: Date.parse(ready) - Date.parse(begun.date),
    restarted: names.filter((one) => before[one] !== after[one]),
    phases,
  };
}

const readySince = '{.status.conditions[?(@.type=="Ready")].lastTransitionTime}';

function beginning(): { date: string; load: number } {
  return { date: new Date().toISOString(), load: loadavg()[0] ?? 0 };
}

async function expectUpgraded({ lab }: Cluster): Promise<void> {
  const versions = "{.items[*].status.nodeInfo.kubeletVersion}";
  const seen = await onMachine(lab, "s1", `${kubectl} get nodes -o jsonpath='${versions}'`);
  if (seen.split(" ").every((version) => version === newer)) return;
  throw new Problem(
    `After the upgrade nodes run ${seen}.`,
    `Look at npm run lab -- status --name ${lab.name}`,
  );
}
