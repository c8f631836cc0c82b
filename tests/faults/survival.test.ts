import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { DisturbanceName } from "../../lab/failover/disturbances";
import { etcdLeader, openField, owner, settled, type Field as Watched } from "../../lab/failover/field";
import { silence } from "../../lab/failover/seen";
import { type Trial, tryOut } from "../../lab/failover/trial";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { writeKubeconfig } from "../../lab/stack";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { version } from "./field";

jest.setTimeout(minutes(15));

let lab: Lab;
let stack: Stack;
let field: Watched;

beforeAll(async () => {
  lab = await labUp("survival", { servers: 3, agents: 1, k3s: ["k3s-1.33"] });
  const manifest = { ...parse(manifestFor(lab, version)), endpoint: { vip: `${lab.prefix}100/24` } };
  stack = await newClusterStack(stringify(manifest));
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  const kubeconfig = await writeKubeconfig(stack, join(stack.folder, "kubeconfig"));
  field = await openField(lab, "ours", kubeconfig);
});

afterAll(async () => {
  field?.observer.stop();
  stack?.remove();
  await labDown("survival");
});

test("F44 k3s that is killed on any server costs no connection once it is out, and the address stays", async () => {
  for (const count of [0, 1, 2]) {
    const trial = await tried("k3s killed", count);
    expect(trial).toMatchObject({ moved: null, failedAfterOut: 0 });
  }
});

test("F45 a host that dies loses the address to another, and comes back by itself", async () => {
  expect((await tried("host death", 0)).owners).toHaveLength(2);
});

test("F45 when the host dies whose etcd leads there is another leader before k3s's own times would even ask for one", async () => {
  const leader = await etcdLeader(field);
  const place = field.servers.findIndex(({ name }) => name === leader);
  const trial = await tried("death of a server", place);
  expect([trial.target, trial.etcdLeader]).toEqual([leader, leader]);
  expect(trial.reads).toBeLessThan(5_000);
});

test("F49 a server that is cut off is out of every balancer, its own, too, and back when it is heard again; the address moves once if it was there", async () => {
  for (const count of [0, 1, 2]) {
    const trial = await tried("partition", count);
    expect(trial.owners).toHaveLength(trial.owner === trial.target ? 2 : 1);
  }
});

test("F51 a server that has lost the others of etcd is out, though every balancer reaches it", async () => {
  const trial = await tried("etcd cut off", 2);
  expect(trial).toMatchObject({ moved: null, failedAfterOut: 0 });
});

test("F50 two machines that do not hear each other both have the address: refresh and up say so, and the API goes on", async () => {
  await settled(field);
  const first = owner(field);
  const [second = ""] = ["s1", "s2", "s3"].filter((name) => name !== first);
  await deaf("-I", first, second);
  const has = `until ip -o address show | grep -q ' ${lab.prefix}100/'; do sleep 0.2; done`;
  await Promise.all([first, second].map((name) => onMachine(lab, name, has)));
  const names = [first, second].sort().join(" and ");
  field.observer.begin();
  const begun = Date.now();
  const seen = await stack.pulumi(["refresh", "--yes", "--diff"]);
  expect(seen).toContain(`${names}, which do not hear each other`);
  const { code, stdout } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect([code === 0, stdout]).toEqual([false, expect.stringContaining(`${names} both have`)]);
  expect(silence(field.observer.reads, begun, Date.now())).toBeLessThan(30_000);
  field.observer.rest();
  await deaf("-D", first, second);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/Resources:\n +\d+ unchanged\n/);
});

/** Every balancer has the server out, and in again without a run; the address moves once at most. */
async function tried(name: DisturbanceName, count: number): Promise<Trial> {
  const trial = await tryOut(field, name, count);
  console.log(JSON.stringify(trial));
  expect(Object.keys(trial.out).length).toBeGreaterThan(2);
  expect(trial.owners.length).toBeLessThanOrEqual(2);
  expect(Object.entries({ ...trial.out, ...trial.back }).filter(([, at]) => at === null)).toEqual([]);
  return trial;
}

/** Drops VRRP between two machines, in both directions; everything else goes through. */
async function deaf(action: "-I" | "-D", ...names: [string, string]): Promise<void> {
  const others = names.toReversed();
  await Promise.all(
    names.map((name, index) =>
      onMachine(
        lab,
        name,
        `iptables -w ${action} INPUT -s ${machine(lab, others[index] ?? "").address} -p 112 -j DROP`,
      ),
    ),
  );
}
