import { parse, stringify } from "yaml";
import { docker } from "../../lab/engine/docker";
import { manifestFor } from "../../lab/machines/manifest";
import { containerName, type Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { voters } from "./etcd";
import { type Written, write } from "./field";

jest.setTimeout(minutes(15));

const db = "/var/lib/rancher/k3s/server/db";

let lab: Lab;
let stack: Stack;
let manifest: Written;
let confirm: string;

beforeAll(async () => {
  lab = await labUp("recover", { servers: 3, spare: 1, k3s: ["k3s-1.33"] });
  // No pod is started, so that no image is needed.
  manifest = { ...parse(manifestFor(lab, k3s["k3s-1.33"].version)), artifacts: { mirror: lab.mirror } };
  stack = await newClusterStack(stringify(manifest));
  await up({});
  confirm = (await stack.pulumi(["stack", "output", "clusterId"])).trim();
});

afterAll(async () => {
  stack?.remove();
  await labDown("recover");
});

test("U10 a snapshot that is restored is what the cluster is again, on all servers, and its token has to fit", async () => {
  await on("s1", `${kubectl} create configmap kept`);
  await on("s2", "k3s etcd-snapshot save --name before 2>&1");
  const snapshot = await on("s2", `ls ${db}/snapshots`);
  await on("s2", `until [ -s ${db}/snapshot-tokens/${snapshot} ]; do sleep 0.2; done`);
  await on("s1", `${kubectl} create configmap lost`);

  const other = confirm.replace(/^........./, "00000000-");
  expect(await refused({ restore: { snapshot, confirm: other } })).toMatch(
    /confirm is 00000000-.*, and this cluster is/,
  );
  expect(await refused({ restore: { snapshot: "none", confirm } })).toMatch(
    /restoring none: no server has it/,
  );
  const token = `${db}/snapshot-tokens/${snapshot}`;
  await on("s2", `cp ${token} /tmp/token; echo K10ab::server:other >${token}`);
  expect(await refused({ restore: { snapshot, confirm } })).toMatch(
    /the cluster had another token when it was saved/,
  );
  await on("s2", `cp /tmp/token ${token}`);
  expect(await on("s1", `${kubectl} get configmap -o name`)).toContain("configmap/lost");

  const begun = Date.now();
  await up({ restore: { snapshot, confirm } });
  console.log(`U10 restored in ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
  for (const name of ["s1", "s2", "s3"]) {
    const maps = await on(name, `${kubectl} get configmap -o name`);
    expect([name, maps.includes("configmap/kept"), maps.includes("configmap/lost")]).toEqual([
      name,
      true,
      false,
    ]);
  }
  expect(await voters(lab, "s2")).toEqual(["s1", "s2", "s3"]);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
  expect(await on("s1", "ls -A /etc/rancher/k3s /etc/rancher/k3s/config.yaml.d")).not.toContain("rejoin");
});

test("F52 of a lost quorum a run says what to do, and where that is declared the cluster goes on with who is left", async () => {
  await on("s1", `${kubectl} create configmap late`);
  for (const name of ["s1", "s3"]) await docker(["kill", containerName(lab.name, name)]);
  const [, s2] = manifest.servers as object[];
  const x1 = { name: "x1", host: machine(lab, "x1").address };
  expect(await refused({ servers: [s2, x1] })).toMatch(
    /removing s1, s3 at once would leave|etcd has \d healthy of 3 voters/,
  );

  const recover = { from: "s2", confirm };
  write({ stack, manifest }, { servers: [s2, x1], recover });
  const preview = await stack.pulumi(["preview"]);
  expect(preview).toMatch(/Membership .*recover/);
  const begun = Date.now();
  await up({ servers: [s2, x1], recover });
  console.log(`F52 recovered in ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
  expect(await on("s2", `${kubectl} get configmap -o name`)).toContain("configmap/late");
  expect(await voters(lab, "s2")).toEqual(["s2", "x1"]);
  const nodes = await on("s2", `${kubectl} get nodes --no-headers`);
  expect(nodes.split("\n").map((row) => row.split(" ")[0])).toEqual(["s2", "x1"]);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

function on(name: string, script: string): Promise<string> {
  return onMachine(lab, name, script);
}

async function up(changed: Written): Promise<void> {
  write({ stack, manifest }, changed);
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

async function refused(changed: Written): Promise<string> {
  write({ stack, manifest }, changed);
  const { code, stdout, stderr } = await stack.tryPulumi(["preview"]);
  expect([code === 0, stdout + stderr]).toEqual([false, expect.any(String)]);
  return stdout + stderr;
}
