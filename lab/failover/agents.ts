import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { attempt } from "../command";
import { inContainer } from "../engine/docker";
import { containerName } from "../machines/model";
import type { Field } from "./field";
import { longestGap } from "./statistics";
import { type Trial, tryOut } from "./trial";

export interface AgentTrial extends Trial {
  /** The longest time in milliseconds between two renewals of each agent's lease. */
  renewals: Record<string, number>;
  /** How often a command in a pod of each agent was run, and how often it did not answer. */
  commands: { run: number; failed: number };
}

const span = 120_000;

/** A server dies and stays dead for two minutes; do the agents go on without it? */
export async function agentsTrial(field: Field, kubeconfig: string, count: number): Promise<AgentTrial> {
  const commands = { run: 0, failed: 0 };
  let renewals: Record<string, number> = {};
  const trial = await tryOut(field, "death of a server", count, async (begun) => {
    const target = field.servers[count % field.servers.length]?.name;
    const other = field.servers.find(({ name }) => name !== target)?.name ?? "";
    for (let at = begun + 10_000; at <= begun + span; at += 20_000) {
      await pause(Math.max(0, at - Date.now()));
      for (const pod of await pods(field, other, kubeconfig)) {
        commands.run += 1;
        if (!(await answers(field, other, pod))) commands.failed += 1;
      }
    }
    await pause(Math.max(0, begun + span - Date.now()));
    const seen = Object.entries(field.observer.leases);
    renewals = Object.fromEntries(
      seen.map(([node, moments]) => [node, longestGap(moments, Math.min(...moments), begun + span)]),
    );
  });
  return { ...trial, renewals, commands };
}

const file = "/run/failover.kubeconfig";

/** One pod on each agent; made when they are not there. */
export async function ensurePods(field: Field, kubeconfig: string): Promise<void> {
  for (const { name } of field.servers) {
    const container = containerName(field.lab.name, name);
    await inContainer(container, ["sh", "-c", `umask 077; cat >${file}`], readFileSync(kubeconfig, "utf8"));
  }
  const [first] = field.servers;
  await kubectl(field, first?.name ?? "", ["apply", "-f", "-"], daemonSet);
  await kubectl(field, first?.name ?? "", ["rollout", "status", "--timeout=120s", "daemonset/failover"]);
}

async function pods(field: Field, machine: string, kubeconfig: string): Promise<string[]> {
  // A machine that was rebuilt meanwhile has lost it.
  const container = containerName(field.lab.name, machine);
  await inContainer(container, ["sh", "-c", `umask 077; cat >${file}`], readFileSync(kubeconfig, "utf8"));
  const { stdout } = await kubectl(field, machine, ["get", "pods", "-l", "app=failover", "-o", "name"]);
  return stdout.trim().split("\n").filter(Boolean);
}

async function answers(field: Field, machine: string, pod: string): Promise<boolean> {
  const { code, stdout } = await kubectl(field, machine, ["exec", pod, "--", "hostname"]);
  return code === 0 && stdout.trim() === pod.replace("pod/", "");
}

function kubectl(field: Field, machine: string, words: string[], input?: string) {
  const container = containerName(field.lab.name, machine);
  const command = [
    "k3s",
    "kubectl",
    "--kubeconfig",
    file,
    "--cache-dir",
    "/run/failover-cache",
    "--request-timeout=10s",
    ...words,
  ];
  return attempt("docker", ["exec", "-i", container, ...command], { input: input ?? "", timeout: 130_000 });
}

const daemonSet = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: failover }
spec:
  selector: { matchLabels: { app: failover } }
  template:
    metadata: { labels: { app: failover } }
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              - matchExpressions: [{ key: node-role.kubernetes.io/control-plane, operator: DoesNotExist }]
      containers: [{ name: web, image: "lab/web:1", imagePullPolicy: Never }]
`;
