import { manifestFor } from "../../lab/machines/manifest";
import { hosts, type Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, minutes, onMachine } from "./labs";
import { newClusterStack, type Stack } from "./stack";
import { traces } from "./traces";

jest.setTimeout(minutes(8));

let lab: Lab;
let stack: Stack;
let before: Record<string, string>;

beforeAll(async () => {
  lab = await labUp("cluster", { servers: 3, agents: 2, k3s: ["k3s-1.33"] });
  before = await everywhere(traces);
  stack = await newClusterStack(manifestFor(lab, k3s["k3s-1.33"].version));
});

afterAll(async () => {
  stack?.remove();
  await labDown("cluster");
});

test("preview of the first up names every machine and changes none", async () => {
  const preview = await stack.pulumi(["preview"]);
  for (const { name } of hosts(lab)) expect(preview).toContain(name);
  expect(await everywhere(traces)).toEqual(before);
});

test("up makes three voters and five Ready nodes", async () => {
  await stack.pulumi(["up", "--yes"]);
  const nodes = (await onMachine(lab, "s1", `${kubectl} get nodes --no-headers`))
    .split("\n")
    .map((line) => line.split(/\s+/));
  expect(nodes.map(([name, status]) => `${name} ${status}`).sort()).toEqual([
    "a1 Ready",
    "a2 Ready",
    "s1 Ready",
    "s2 Ready",
    "s3 Ready",
  ]);
  const members = JSON.parse(await onMachine(lab, "s1", memberList)) as {
    members: { name: string; isLearner?: boolean }[];
  };
  expect(
    members.members.map(({ name, isLearner }) => `${name.split("-")[0]} ${isLearner ?? false}`).sort(),
  ).toEqual(["s1 false", "s2 false", "s3 false"]);
});

test("a second up changes nothing and restarts nothing", async () => {
  const started = await everywhere(startTimes);
  const again = await stack.pulumi(["up", "--yes"]);
  expect(again).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  expect(await everywhere(startTimes)).toEqual(started);
});

test("tokens are in files that only root reads, in their pinned form where a node joins", async () => {
  const token = "stat -c %a /etc/rancher/k3s/token; cut -c 1-3 /etc/rancher/k3s/token";
  expect(await onMachine(lab, "s2", token)).toBe("600\nK10");
  expect(await onMachine(lab, "a1", token)).toBe("600\nK10");
});

test("destroy leaves the machines as they were", async () => {
  await stack.pulumi(["destroy", "--yes"]);
  expect(await everywhere(traces)).toEqual(before);
});

async function everywhere(script: string): Promise<Record<string, string>> {
  const answers = hosts(lab).map(async ({ name }) => [name, await onMachine(lab, name, script)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

const startTimes = "systemctl show -p ActiveEnterTimestampMonotonic --value k3s k3s-agent";

const memberList = `
cd /var/lib/rancher/k3s/server/tls/etcd
curl -s --cacert server-ca.crt --cert client.crt --key client.key -d '{}' https://127.0.0.1:2382/v3/cluster/member/list
`;
