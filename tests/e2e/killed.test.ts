import { manifestFor } from "../../lab/machines/manifest";
import { hosts, type Lab } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { interrupted } from "../faults/interrupted";
import { labDown, labUp, minutes, onMachine } from "./labs";
import { newClusterStack, type Stack } from "./stack";

jest.setTimeout(minutes(8));

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await labUp("killed", { servers: 1, agents: 1, k3s: ["k3s-1.33"] });
  stack = await newClusterStack(manifestFor(lab, k3s["k3s-1.33"].version));
});

afterAll(async () => {
  stack?.remove();
  await labDown("killed");
});

test("an up that is killed at any step, then cancelled and repeated, ends as one that is not", async () => {
  await stack.pulumi(["up", "--yes"]);
  const whole = await state();
  await stack.pulumi(["destroy", "--yes"]);
  for (const step of ["fetching k3s", "s1 .*writing its files", "a1 .*(looking|waiting)"]) {
    await interrupted(stack, "SIGKILL", new RegExp(step));
    await stack.pulumi(["cancel", "--yes"]);
  }
  await stack.pulumi(["up", "--yes"]);
  expect(await state()).toEqual(whole);
  expect(await stack.pulumi(["preview"])).not.toMatch(/\+|~|\d+ to (create|update|replace|delete)/);
});

/** What a run leaves on the machines, but for what is made anew each time: tokens, certificates. */
async function state(): Promise<Record<string, string>> {
  const answers = hosts(lab).map(async ({ name }) => [name, await onMachine(lab, name, files)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

const files = `
find /etc/rancher /usr/local /etc/systemd/system -printf '%M %u %g %p\\n' | sort
sha256sum /etc/rancher/k3s/config.yaml /etc/rancher/k3s/owner /etc/systemd/system/k3s*.service /usr/local/bin/k3s
systemctl is-active 'k3s*'
`;
