import { join } from "node:path";
import { parse, stringify } from "yaml";
import { docker } from "../../lab/engine/docker";
import { openField, type Field as Watched } from "../../lab/failover/field";
import { manifestFor } from "../../lab/machines/manifest";
import { containerName, type Lab } from "../../lab/machines/model";
import { kubectl, startTimes } from "../../lab/machines/on-machine";
import { writeKubeconfig } from "../../lab/stack";
import { newer, older } from "../../lab/upgrade/cluster";
import { meanwhile } from "../../lab/upgrade/meanwhile";
import { startWorkload } from "../../lab/upgrade/workload";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { voters } from "./etcd";
import { type Written, write } from "./field";
import { interrupted } from "./interrupted";

jest.setTimeout(minutes(20));

let lab: Lab;
let stack: Stack;
let field: Watched;
let manifest: { version: string; servers: { name: string }[]; agents: { name: string }[] };

beforeAll(async () => {
  lab = await labUp("day-two", { servers: 3, agents: 2, spare: 1, k3s: ["k3s-1.32", "k3s-1.33"] });
  manifest = { ...parse(manifestFor(lab, older)), endpoint: { vip: `${lab.prefix}100/24` } };
  stack = await newClusterStack(stringify(manifest));
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await watch(await startWorkload(lab));
});

afterAll(async () => {
  field?.observer.stop();
  stack?.remove();
  await labDown("day-two");
});

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
  const seen = await meanwhile(field, () => up({ version: newer }));
  console.log(`U01 ${JSON.stringify(seen)}`);
  expect(await versions()).toEqual(Object.fromEntries(names().map((name) => [name, newer])));
  expect(await onMachine(lab, "s1", `${kubectl} get nodes`)).not.toContain("SchedulingDisabled");
  expect(
    await onMachine(lab, "s1", "find /var/lib/rancher/k3s/server/db/snapshots -name 'before-*'"),
  ).toContain(`before-${newer.replace("+", "-")}`);
  expect(seen.web.refused).toEqual({});
  expect(seen.reads.failed).toBeLessThan(seen.reads.sent / 100);
  expect(Math.max(seen.reads.gap, seen.writes.gap)).toBeLessThan(30_000);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

test("F42 a setting restarts the servers one at a time, and nobody who reads or writes misses more than a moment", async () => {
  const before = await startTimes(lab, names());
  const seen = await meanwhile(field, () => up(settled));
  console.log(`F42 ${JSON.stringify(seen)}`);
  const after = await startTimes(lab, names());
  expect(names().filter((name) => before[name] !== after[name])).toEqual(["s1", "s2", "s3"]);
  expect(seen.web.refused).toEqual({});
});

test("U03 a setting that k3s does not start with is taken back on the first server, and the others are left alone", async () => {
  const before = await startTimes(lab, names());
  write({ stack, manifest }, { version: newer, config: { "kube-apiserver-arg": ["no-such-flag=1"] } });
  const begun = Date.now();
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  console.log(`U03 told and taken back after ${Date.now() - begun} ms`);
  expect([code === 0, stdout + stderr]).toEqual([
    false,
    expect.stringMatching(
      /starting k3s: the unit ends again and again[\s\S]*no-such-flag[\s\S]*now: it runs again, with what it ran with before/,
    ),
  ]);
  const after = await startTimes(lab, names());
  expect(names().filter((name) => before[name] !== after[name])).toHaveLength(1);
  await up(settled);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

test("U14 a run that is killed while a server is out of the balancers leaves none out, and what it did can be taken back", async () => {
  write({ stack, manifest }, { version: newer, config: { "kube-apiserver-arg": ["request-timeout=95s"] } });
  const servers = ["s1", "s2", "s3"];
  for (const step of [/Node s\d .*taking it out of the balancers/, /Node s\d .*writing its files/]) {
    await interrupted(stack, "SIGKILL", step);
    await Promise.all(servers.map((name) => onMachine(lab, name, allIn)));
    await stack.pulumi(["cancel", "--yes"]);
  }
  await up(settled);
  await Promise.all(servers.map((name) => onMachine(lab, name, allIn)));
});

/** Waits until this machine's HAProxy has all three servers in. */
const allIn = `timeout 120 sh -c 'until [ "$(curl -s --unix-socket /run/haproxy-k3s/health.sock "http://localhost/stats;csv" |
  grep -c "^ready,s[123],.*,UP,")" = 3 ]; do sleep 0.5; done'`;

const settled = { version: newer, config: { "kube-apiserver-arg": ["request-timeout=90s"] } };

test("F61 pods that a disruption budget keeps hold their node in the cluster, are named, and it may have pods again", async () => {
  await onMachine(lab, "s1", `${kubectl} patch pdb web --type merge -p '{"spec":{"minAvailable":2}}'`);
  await onMachine(
    lab,
    "s1",
    `${kubectl} cordon s1; ${kubectl} cordon s2; ${kubectl} cordon s3; ${kubectl} rollout restart deployment/web; ${kubectl} rollout status deployment/web --timeout=120s`,
  );
  const [, ...agents] = manifest.agents;
  write({ stack, manifest }, { ...settled, agents, drain: { timeout: "20 s" } });
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
  const before = await startTimes(lab, names());
  const [, ...servers] = manifest.servers;
  const [, ...agents] = manifest.agents;
  const less = { ...settled, servers, agents };
  write({ stack, manifest }, less);
  const preview = await stack.pulumi(["preview"]);
  expect(preview).toContain("s1, a1 will leave: pods go elsewhere, and the cluster forgets the node");
  await up(less);
  expect(Object.keys(await versions()).sort()).toEqual(["a2", "s2", "s3"]);
  expect(await voters(lab, "s2")).toEqual(["s2", "s3"]);
  const after = await startTimes(lab, names());
  expect(["s2", "s3", "a2"].filter((name) => before[name] !== after[name])).toEqual([]);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

test("F53 a server that is dead for good is replaced by another in one run", async () => {
  const [first, ...servers] = manifest.servers;
  const [, ...agents] = manifest.agents;
  const x1 = { name: "x1", host: machine(lab, "x1").address };
  await up({ ...settled, servers: [...servers, x1], agents });
  expect(await voters(lab, "s2")).toEqual(["s2", "s3", "x1"]);
  await docker(["kill", containerName(lab.name, "s3")]);
  const others = servers.filter(({ name }) => name !== "s3");
  await up({ ...settled, servers: [...others, x1, first], agents });
  expect(await voters(lab, "s2")).toEqual(["s1", "s2", "x1"]);
  expect(Object.keys(await versions()).sort()).toEqual(["a2", "s1", "s2", "x1"]);
});

async function watch(web: string[]): Promise<void> {
  const kubeconfig = await writeKubeconfig(stack, join(stack.folder, "kubeconfig"));
  field = await openField(lab, "ours", kubeconfig, ["--writes", "--web", web.join(",")]);
}

async function up(changed: Written): Promise<void> {
  write({ stack, manifest }, changed);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
}

/** What a preview says that must refuse, before anything is touched. */
async function refused(changed: Written): Promise<string> {
  write({ stack, manifest }, changed);
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
