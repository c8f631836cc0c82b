import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, up } from "../e2e/stack";
import { version, type Written, write } from "./field";
import { killedOnAndOn, undisturbed } from "./kills/on-and-on";
import type { Stage } from "./kills/scene";
import { difference, type State } from "./kills/state";

jest.setTimeout(minutes(60));

const roles = { s1: "server", a1: "agent", x1: "balancer", x2: "balancer" };

let stage: Stage;
let manifest: Written;
/** What the manifest has besides, one after the other, and what is on the machines then. */
let changes: Written[];
let states: State[];

beforeAll(async () => {
  const lab = await labUp("kills-balancers", { servers: 1, agents: 1, spare: 2, k3s: ["k3s-1.33"] });
  // No pod is started, so that no image is needed.
  manifest = { ...parse(manifestFor(lab, version)), artifacts: { mirror: lab.mirror } };
  stage = { lab, stack: await newClusterStack(stringify(manifest)), named: { cluster: lab.name, roles } };
  const balancers = ["x1", "x2"].map((name) => ({ name, host: machine(lab, name).address }));
  const [address, another] = [100, 101].map((number) => `${lab.prefix}${number}/24`);
  // It is in files that are compared.
  const stats = { password: "the-same-each-time" };
  changes = [
    { balancers, endpoint: { vip: address }, haproxy: { stats } },
    {
      balancers,
      endpoint: { vip: [address, another], vrrp: { advertInterval: "300 ms" } },
      haproxy: { stats, timing: { inter: "1 s" } },
    },
    {},
  ];
  await stage.stack.pulumi(up);
  const before = await state();
  states = [];
  for (const change of changes) {
    write({ stack: stage.stack, manifest }, change);
    await undisturbed(stage);
    states.push(await state());
  }
  expect(difference(before, states[2] ?? {})).toBeUndefined();
});

afterAll(async () => {
  stage?.stack.remove();
  await labDown("kills-balancers");
});

test("K16 HAProxys and an address that come while the CLI is killed at one step after the other are as they were to be", () =>
  killedAt(0));

test("K16 HAProxys and an address that change while the CLI is killed at one step after the other are as they were to be", () =>
  killedAt(1));

test("K16 HAProxys and an address that go while the CLI is killed at one step after the other are gone", () =>
  killedAt(2));

/** The next of the changes, with another kill at each of its steps. */
async function killedAt(index: number): Promise<void> {
  write({ stack: stage.stack, manifest }, changes[index] ?? {});
  await killedOnAndOn(stage, /^(HaProxy|Keepalived) /);
  expect(difference(states[index] ?? {}, await state())).toBeUndefined();
  expect(await stage.stack.pulumi(["refresh", "--yes"])).toMatch(/Resources:\n +\d+ unchanged\n/);
}

async function state(): Promise<State> {
  const names = Object.keys(roles);
  const each = names.map(async (name) => [name, await onMachine(stage.lab, name, seen)] as const);
  return Object.fromEntries(await Promise.all(each));
}

/** Not which of the machines has the address. */
const seen = `
find /etc/haproxy-k3s /etc/keepalived-k3s /etc/systemd/system -printf '%M %u %g %p\\n' 2>/dev/null | sort
find /etc/haproxy-k3s /etc/keepalived-k3s /etc/systemd/system -type f -exec sha256sum {} + 2>/dev/null | sort -k 2
for unit in haproxy keepalived haproxy-k3s keepalived-k3s; do
  echo "$unit $(systemctl is-active $unit) $(systemctl is-enabled $unit 2>/dev/null)"
done
find /run -maxdepth 1 -name 'k3s-cluster.??????'
`;
