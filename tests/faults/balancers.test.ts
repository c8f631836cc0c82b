import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { power } from "../../lab/machines/power";
import { labDown, labUp, machine, minutes, onMachine, repack } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { traces } from "../e2e/traces";
import { version } from "./field";

jest.setTimeout(minutes(8));

const all = ["s1", "x1", "x2"];
const balancers = ["x1", "x2"];

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await labUp("balancers", { servers: 1, spare: 2, k3s: ["k3s-1.33"] });
  const its = parse(manifestFor(lab, version));
  stack = await newClusterStack(
    stringify({
      ...its,
      artifacts: { ...its.artifacts, images: false },
      balancers: balancers.map((name) => ({ name, host: machine(lab, name).address })),
      endpoint: { vip: `${lab.prefix}100/24` },
    }),
  );
});

afterAll(async () => {
  stack?.remove();
  await labDown("balancers");
});

test("V03 machines that are no nodes get what they need, have the address in front of the server, give it to each other, and lose it again", async () => {
  const packages = ["haproxy", "keepalived"];
  await repack(lab, "x1", ...packages);
  const installed = (name: string) =>
    onMachine(lab, name, `dpkg-query -W -f '\${Package} ' ${packages.join(" ")} 2>/dev/null || true`);
  const before = await Promise.all(all.map((name) => onMachine(lab, name, traces)));
  expect([await installed("x1"), await installed("x2")]).toEqual(["", packages.join(" ")]);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  const [owner = "", ...more] = await owners();
  expect([balancers.includes(owner), more]).toEqual([true, []]);
  expect(await readyz()).toBe("ok");
  expect(await installed("x1")).toBe(packages.join(" "));
  expect(
    await onMachine(lab, "s1", "systemctl cat haproxy-k3s keepalived-k3s 2>/dev/null || echo none"),
  ).toBe("none");
  for (const name of balancers)
    expect(await onMachine(lab, name, "ls -d /etc/rancher /usr/local/bin/k3s 2>/dev/null || echo none")).toBe(
      "none",
    );
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/Resources:\n +\d+ unchanged\n/);
  expect(await stack.pulumi(["up", "--yes"])).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  const [other = ""] = balancers.filter((name) => name !== owner);
  await power(lab, machine(lab, owner), "kill");
  await onMachine(lab, other, `until ip -o address show | grep -q ' ${lab.prefix}100/'; do sleep 0.2; done`);
  expect(await readyz()).toBe("ok");
  await power(lab, machine(lab, owner), "start");
  await stack.pulumi(["destroy", "--yes"]);
  expect(await Promise.all(all.map((name) => onMachine(lab, name, traces)))).toEqual(before);
  expect([await installed("x1"), await installed("x2")]).toEqual(["", packages.join(" ")]);
});

/** Through the address, from the server. */
function readyz(): Promise<string> {
  return onMachine(lab, "s1", `curl -sk --max-time 5 https://${lab.prefix}100:8443/readyz`);
}

async function owners(): Promise<string[]> {
  const has = `ip -o address show | grep -c ' ${lab.prefix}100/' || true`;
  const counts = await Promise.all(all.map((name) => onMachine(lab, name, has)));
  return all.filter((_, index) => counts[index] === "1");
}
