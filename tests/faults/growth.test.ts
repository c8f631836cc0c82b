import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { labDown, labUp, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { version } from "./field";

jest.setTimeout(minutes(12));

let lab: Lab;
let stack: Stack;
let whole: { servers: object[]; agents: object[] };

beforeAll(async () => {
  lab = await labUp("growth", { servers: 3, agents: 1, k3s: ["k3s-1.33"] });
  whole = parse(manifestFor(lab, version));
  const alone = { ...whole, servers: whole.servers.slice(0, 1), datastore: { kind: "sqlite" } };
  stack = await newClusterStack(stringify(alone));
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
});

afterAll(async () => {
  stack?.remove();
  await labDown("growth");
});

test("U02 one server with its state in a file becomes three with etcd in one run, and nothing is lost", async () => {
  await onMachine(lab, "s1", `${kubectl} create configmap before --from-literal=a=b`);
  const agent = "systemctl show -p ActiveEnterTimestampMonotonic --value k3s-agent";
  const started = await onMachine(lab, "a1", agent);
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify(whole));
  const begun = Date.now();
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  console.log(`U02 ${Date.now() - begun} ms`);
  for (const name of ["s1", "s2", "s3"]) {
    expect(await onMachine(lab, name, `${kubectl} get configmap before -o 'jsonpath={.data.a}'`)).toBe("b");
    const store = "/var/lib/rancher/k3s/server/db";
    expect(
      await onMachine(lab, name, `test -d ${store}/etcd && test ! -e ${store}/state.db && echo etcd`),
    ).toBe("etcd");
  }
  expect(await onMachine(lab, "s1", `${kubectl} get nodes --no-headers | grep -c ' Ready '`)).toBe("4");
  expect(await onMachine(lab, "a1", agent)).toBe(started);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});
