import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { docker } from "../../lab/engine/docker";
import { etcdLeader, openField, type Field as Watched } from "../../lab/failover/field";
import { failedBetween, type Request, silence } from "../../lab/failover/seen";
import { longestGap } from "../../lab/failover/statistics";
import { manifestFor } from "../../lab/machines/manifest";
import { containerName, type Lab } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";

jest.setTimeout(minutes(20));

const [older, newer] = [k3s["k3s-1.32"].version, k3s["k3s-1.33"].version];
const nodePort = 30080;

let lab: Lab;
let stack: Stack;
let field: Watched;
let manifest: { version: string; servers: { name: string }[]; agents: { name: string }[] };

beforeAll(async () => {
  lab = await labUp("day-two", { servers: 3, agents: 2, spare: 1, k3s: ["k3s-1.32", "k3s-1.33"] });
  manifest = { ...parse(manifestFor(lab, older)), endpoint: { vip: `${lab.prefix}100/24` } };
  stack = await newClusterStack(stringify(manifest));
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await onMachine(lab, "s1", `${kubectl} apply -f - <<'END'\n${workload}\nEND`);
  await onMachine(lab, "s1", `${kubectl} rollout status deployment/web --timeout=180s`);
  await watch();
});

afterAll(async () => {
  field?.observer.stop();
  stack?.remove();
  await labDown("day-two");
});

const kubectl = "k3s kubectl --cache-dir /tmp/kube";

test("F10 a version that is older, or skips a minor, is refused by a preview", async () => {
  for (const [version, words] of [
    ["v1.31.9+k3s1", /s1: .* is older than .*, which it runs/],
    ["v1.34.1+k3s1", /skips a minor release.*\n +next: go to a v1\.33 release first/],
  ] as const)
    expect(await refused({ version })).toMatch(words);
});

test("F54 an upgrade is refused while a member of etcd is not there", async () => {
  await onMachine(lab, "s3", "systemctl stop k3s");
  expect(await refused({ version: newer })).toMatch(/etcd is not whole: s3 (runs no etcd|is not healthy)/);
  await onMachine(lab, "s3", "systemctl start k3s");
});

test("U01 an upgrade goes from server to server and from agent to agent, and what runs in the cluster goes on", async () => {
  const seen = await observed(() => up({ version: newer }));
  console.log(`U01 ${JSON.stringify(seen)}`);
  expect(await versions()).toEqual(Object.fromEntries(names().map((name) => [name, newer])));
  expect(await onMachine(lab, "s1", `${kubectl} get nodes`)).not.toContain("SchedulingDisabled");
  expect(
    await onMachine(lab, "s1", "find /var/lib/rancher/k3s/server/db/snapshots -name 'before-*'"),
  ).toContain(`before-${newer.replace("+", "-")}`);
  expect(seen.web.refused).toEqual([]);
  expect(seen.reads.failed).toBeLessThan(seen.reads.sent / 100);
  expect(Math.max(seen.reads.gap, seen.writes.gap)).toBeLessThan(30_000);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

test("F42 a setting restarts the servers one at a time, and nobody who reads or writes misses more than a moment", async () => {
  const before = await startTimes();
  const seen = await observed(() => up(settled));
  console.log(`F42 ${JSON.stringify(seen)}`);
  const after = await startTimes();
  expect(names().filter((name) => before[name] !== after[name])).toEqual(["s1", "s2", "s3"]);
  expect(seen.web.refused).toEqual([]);
});

test("U03 a setting that k3s does not start with is taken back on the first server, and the others are left alone", async () => {
  const before = await startTimes();
  write({ version: newer, config: { "kube-apiserver-arg": ["no-such-flag=1"] } });
  const begun = Date.now();
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  console.log(`U03 told and taken back after ${Date.now() - begun} ms`);
  expect([code === 0, stdout + stderr]).toEqual([
    false,
    expect.stringMatching(
      /starting k3s: the unit ends again and again[\s\S]*no-such-flag[\s\S]*now: it runs again, with what it ran with before/,
    ),
  ]);
  const after = await startTimes();
  expect(names().filter((name) => before[name] !== after[name])).toHaveLength(1);
  await up(settled);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

const settled = { version: newer, config: { "kube-apiserver-arg": ["request-timeout=90s"] } };

test("F61 pods that a disruption budget keeps hold their node in the cluster, are named, and it may have pods again", async () => {
  await onMachine(lab, "s1", `${kubectl} patch pdb web --type merge -p '{"spec":{"minAvailable":2}}'`);
  await onMachine(
    lab,
    "s1",
    `${kubectl} cordon s1; ${kubectl} cordon s2; ${kubectl} cordon s3; ${kubectl} rollout restart deployment/web; ${kubectl} rollout status deployment/web --timeout=120s`,
  );
  const [, ...agents] = manifest.agents;
  write({ ...settled, agents, drain: { timeout: "20 s" } });
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect([code === 0, stdout + stderr]).toEqual([
    false,
    expect.stringMatching(
      /having the pods of a1 go elsewhere: default\/web-\S+: Cannot evict pod.*disruption budgets default\/web/,
    ),
  ]);
  expect(await onMachine(lab, "s1", `${kubectl} get node a1`)).not.toContain("SchedulingDisabled");
  await onMachine(
    lab,
    "s1",
    `${kubectl} patch pdb web --type merge -p '{"spec":{"minAvailable":1}}'; ${kubectl} uncordon s1; ${kubectl} uncordon s2; ${kubectl} uncordon s3`,
  );
});

test("F23 the first server leaves like any other, and an agent with it; nobody else restarts", async () => {
  const before = await startTimes();
  const [, ...servers] = manifest.servers;
  const [, ...agents] = manifest.agents;
  const less = { ...settled, servers, agents };
  write(less);
  const preview = await stack.pulumi(["preview"]);
  expect(preview).toContain("s1, a1 will leave: pods go elsewhere, and the cluster forgets the node");
  await up(less);
  expect(Object.keys(await versions()).sort()).toEqual(["a2", "s2", "s3"]);
  expect(await members()).toEqual(["s2", "s3"]);
  const after = await startTimes();
  expect(["s2", "s3", "a2"].filter((name) => before[name] !== after[name])).toEqual([]);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

test("F53 a server that is dead for good is replaced by another in one run", async () => {
  const [first, ...servers] = manifest.servers;
  const [, ...agents] = manifest.agents;
  const x1 = { name: "x1", host: machine(lab, "x1").address };
  await up({ ...settled, servers: [...servers, x1], agents });
  expect(await members()).toEqual(["s2", "s3", "x1"]);
  await docker(["kill", containerName(lab.name, "s3")]);
  const others = servers.filter(({ name }) => name !== "s3");
  await up({ ...settled, servers: [...others, x1, first], agents });
  expect(await members()).toEqual(["s1", "s2", "x1"]);
  expect(Object.keys(await versions()).sort()).toEqual(["a2", "s1", "s2", "x1"]);
});

async function watch(): Promise<void> {
  const kubeconfig = join(stack.folder, "kubeconfig");
  const text = await stack.pulumi(["stack", "output", "kubeconfig", "--show-secrets"]);
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  const web = ["a1", "a2"].map((name) => `${machine(lab, name).address}:${nodePort}`).join(",");
  field = await openField(lab, "ours", kubeconfig, ["--writes", "--web", web]);
}

/** What a client sees of the cluster meanwhile, in milliseconds. */
async function observed(work: () => Promise<unknown>) {
  const { observer } = field;
  observer.begin();
  await pause(1_000);
  const leader = await etcdLeader(field);
  const begun = Date.now();
  await work();
  const ended = Date.now();
  observer.rest();
  const of = (requests: Request[]) => ({
    sent: requests.length,
    failed: failedBetween(requests, begun, ended),
    // What took too long may have waited for a processor that all machines and the client share.
    refused: requests.flatMap(({ failure = "" }) => (failure && !/abort/i.test(failure) ? [failure] : [])),
    gap: silence(requests, begun, ended),
    // The client itself waits for one, too.
    unsent: longestGap(
      requests.map((one) => one.begun),
      begun,
      ended,
    ),
  });
  const { reads, writes, web, connections } = observer;
  return {
    took: ended - begun,
    leader,
    reads: of(reads),
    writes: of(writes),
    web: of(web),
    connections: of(connections),
  };
}

function write(changed: object): void {
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify({ ...manifest, ...changed }));
}

async function up(changed: object): Promise<void> {
  write(changed);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
}

/** What a preview says that must refuse, before anything is touched. */
async function refused(changed: object): Promise<string> {
  write(changed);
  const { code, stdout, stderr } = await stack.tryPulumi(["preview"]);
  expect([code === 0, stdout + stderr]).toEqual([false, expect.any(String)]);
  return stdout + stderr;
}

function names(): string[] {
  return [...manifest.servers, ...manifest.agents].map(({ name }) => name);
}

async function versions(): Promise<Record<string, string>> {
  const rows = await onMachine(lab, "s2", `${kubectl} get nodes --no-headers`);
  return Object.fromEntries(
    rows.split("\n").map((row) => {
      const [name = "", , , , version = ""] = row.split(/ +/);
      return [name, version];
    }),
  );
}

async function members(): Promise<string[]> {
  const tls = "/var/lib/rancher/k3s/server/tls/etcd";
  const question = `curl -s --cacert ${tls}/server-ca.crt --cert ${tls}/client.crt --key ${tls}/client.key -d '{}' https://127.0.0.1:2382/v3/cluster/member/list`;
  const answer = JSON.parse(await onMachine(lab, "s2", question)) as { members: { name: string }[] };
  return answer.members.map(({ name }) => name.replace(/-[0-9a-f]{8}$/, "")).sort();
}

/** When each node's unit was started last, by its machine's clock. */
async function startTimes(): Promise<Record<string, string>> {
  const times = names().map(async (name) => {
    const unit = name.startsWith("s") ? "k3s" : "k3s-agent";
    return [
      name,
      await onMachine(lab, name, `systemctl show -p ActiveEnterTimestampMonotonic --value ${unit}`),
    ];
  });
  return Object.fromEntries(await Promise.all(times));
}

/** As it is made to go on while nodes are drained: two of them apart, which end after nobody asks them any more. */
const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 8
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }
      containers:
        - name: web
          image: lab/web:1
          imagePullPolicy: Never
          readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 }
          # Its shell is deaf to the usual signal.
          lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080, nodePort: ${nodePort} }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`;
