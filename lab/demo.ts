import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command, interactive } from "./command";
import { phase, say } from "./console";
import { cacheFolder, stateFolder } from "./folders";
import { down, up } from "./machines/lab";
import { manifestFor } from "./machines/manifest";
import type { Lab } from "./machines/model";
import { Problem } from "./problem";
import { makeProject } from "./project";
import { openStack, writeKubeconfig } from "./stack";
import { k3s } from "./tools/catalog";
import { provide } from "./tools/tools";

const name = "demo";
const folder = stateFolder(name);
const kubeconfig = join(folder, "kubeconfig");

/** A highly available cluster on machines in a box: `npm run demo`; `npm run demo -- down` removes it. */
export async function main([action = "up"]: string[]): Promise<number> {
  if (action === "down") return remove();
  if (action !== "up") {
    throw new Problem(`The demo knows no "${action}".`, "Use npm run demo, or npm run demo -- down.");
  }
  const size = { servers: 3, agents: 2, spare: 1, bastion: false };
  const lab = await up({ name, ...size, k3s: ["k3s-1.33"] });
  await makeCluster(lab);
  await phase("starting two web servers that reach each other", "15 s", runPods);
  process.stdout.write(whatNext);
  return 0;
}

async function makeCluster(lab: Lab): Promise<void> {
  const manifest = manifestFor(lab, k3s["k3s-1.33"].version);
  const stack = await openStack(folder, name, (project) => makeProject(project, name, manifest));
  // A run that was killed leaves its lock; in this folder no other run can be under way.
  await stack.tryPulumi(["cancel", "--yes"]);
  say("==> pulumi up: three servers and two agents (usually 1 min)");
  const words = ["--cwd", stack.folder, "up", "--yes", "--skip-preview"];
  const code = await interactive("pulumi", words, stack.env);
  if (code !== 0)
    throw new Problem("pulumi up did not finish.", "Read what it says above, then run this again.");
  await writeKubeconfig(stack, kubeconfig);
}

async function runPods(): Promise<void> {
  await kubectl(["apply", "-f", "-"], JSON.stringify(web));
  await kubectl(["rollout", "status", "daemonset/web", "--timeout=120s"]);
  const list = await kubectl([
    "get",
    "pods",
    "-l",
    "app=web",
    "-o",
    "jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{'\\n'}{end}",
  ]);
  const pods = list
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  for (const [pod = ""] of pods) {
    for (const [other = "", address] of pods) {
      const request = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${address} 8080 | tail -n 1`;
      const answer = await kubectl(["exec", pod, "--", "sh", "-c", request]);
      if (answer.trim() !== other) throw new Error(`${pod} asked ${other} and got "${answer.trim()}"`);
    }
  }
}

/** kubectl is a part of k3s, so the workstation needs nothing more. */
async function kubectl(args: string[], input?: string): Promise<string> {
  const { executable } = await provide("k3s-1.33");
  const env = { ...process.env, KUBECONFIG: kubeconfig, K3S_DATA_DIR: cacheFolder("k3s-data") };
  return command(executable, ["kubectl", ...args], { env, input });
}

async function remove(): Promise<number> {
  await down(name);
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  process.stdout.write("The demo is gone.\n");
  return 0;
}

/** One web server on each agent. */
const web = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "web", namespace: "default" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                {
                  matchExpressions: [
                    { key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" },
                  ],
                },
              ],
            },
          },
        },
        containers: [{ name: "web", image: "lab/web:1", ports: [{ containerPort: 8080 }] }],
      },
    },
  },
};

const whatNext = `
Three servers and two agents are one cluster; one machine is to spare. Try:

  export KUBECONFIG=${kubeconfig}
  kubectl get nodes                          (or: npm run lab -- ssh s1 --name ${name} -- k3s kubectl get nodes)
  npm run lab -- status --name ${name}
  npm run lab -- kill s2 --name ${name}          and: start s2, partition s3, heal, delay s1 50ms
  npm run demo                               again: nothing changes, nothing restarts
  npm run demo -- down                       removes everything
`;
