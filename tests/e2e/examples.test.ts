import { knownHosts, userKey } from "../../lab/machines/keys";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { labDown, labUp, machine, minutes, onMachine } from "./labs";
import { newExample, newFolder, type Stack } from "./stack";

jest.setTimeout(minutes(8));

let lab: Lab;

beforeAll(async () => {
  lab = await labUp("examples", { servers: 1, agents: 1, spare: 1, k3s: ["k3s-1.33"] });
});

afterAll(() => labDown("examples"));

test("single-node is a cluster, and consumer joins a machine to it by stack reference", async () => {
  const folder = newFolder();
  const single = await example("single-node", { host: address("s1") }, folder);
  await single.pulumi(["up", "--yes"]);
  expect(await nodes()).toEqual(["edge Ready"]);
  expect(await onMachine(lab, "s1", "cat /var/lib/site/ready")).toMatch(/20\d\d/);

  const cluster = "organization/single-node/t";
  const consumer = await example("consumer", { host: address("a1"), cluster }, folder);
  await consumer.pulumi(["up", "--yes"]);
  expect(await nodes()).toEqual(["edge Ready", "guest Ready"]);
  const kubeconfig = await consumer.pulumi(["stack", "output", "kubeconfig", "--show-secrets"]);
  expect(kubeconfig).toContain(`server: https://${address("s1")}:6443`);
  expect(await consumer.pulumi(["stack", "output"])).not.toContain("certificate-authority-data");

  for (const stack of [consumer, single]) await stack.pulumi(["destroy", "--yes"]);
  single.remove();
});

test("virtual-address is three servers that are reached at one", async () => {
  const all = ["s1", "a1", "x1"];
  const vip = `${lab.prefix}100`;
  const stack = await example("virtual-address", {
    hosts: JSON.stringify(all.map(address)),
    address: `${vip}/24`,
  });
  await stack.pulumi(["up", "--yes"]);
  expect(await nodes()).toEqual(["s1 Ready", "s2 Ready", "s3 Ready"]);
  const kubeconfig = await stack.pulumi(["stack", "output", "kubeconfig", "--show-secrets"]);
  expect(kubeconfig).toContain(`server: https://${vip}:8443`);
  expect(await onMachine(lab, "x1", `curl -sk --max-time 5 https://${vip}:8443/readyz`)).toBe("ok");
  await stack.pulumi(["destroy", "--yes"]);
  stack.remove();
});

test("library makes a server and agents in somebody's own program", async () => {
  const addresses = JSON.stringify(["s1", "a1", "x1"].map(address));
  const stack = await example("library", { addresses });
  const preview = await stack.pulumi(["preview"]);
  for (const name of ["first", "web", "db"]) expect(preview).toContain(name);
  await stack.pulumi(["up", "--yes"]);
  expect(await nodes()).toEqual(["db Ready", "first Ready", "web Ready"]);
  expect(await stack.pulumi(["up", "--yes"])).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  await stack.pulumi(["destroy", "--yes"]);
  stack.remove();
});

async function example(name: string, settings: Record<string, string>, folder?: string): Promise<Stack> {
  const stack = await newExample(name, folder);
  const all = {
    ...settings,
    mirror: lab.mirror ?? "",
    images: "true",
    identityFile: userKey(lab.name),
    knownHosts: knownHosts(lab.name),
  };
  const pairs = Object.entries(all).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  await stack.pulumi(["config", "set-all", ...pairs]);
  return stack;
}

function address(name: string): string {
  return machine(lab, name).address;
}

async function nodes(): Promise<string[]> {
  const list = await onMachine(lab, "s1", `${kubectl} get nodes --no-headers`);
  return list
    .split("\n")
    .map((line) => line.split(/\s+/).slice(0, 2).join(" "))
    .sort();
}
