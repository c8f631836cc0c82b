import { publicHostKey } from "../../lab/machines/keys";
import { kubectl } from "../../lab/machines/on-machine";
import { wipe } from "../../lab/machines/power";
import { machine, minutes, onMachine } from "../e2e/labs";
import { up } from "../e2e/stack";
import { voters } from "./etcd";
import { entry, fieldDown, type Written } from "./field";
import { expectSettled, make, nodes, refuses, servers, starts, type Three, threeUp, tried } from "./servers";

jest.setTimeout(minutes(15));

let three: Three;

beforeAll(async () => {
  three = await threeUp("replacement", 0, "k3s-1.33");
});

afterAll(() => fieldDown("replacement", three));

const on = (name: string, script: string) => onMachine(three.lab, name, script);
const keyOf = (name: string) => publicHostKey(three.lab.name, name);
const ready = async (via: string) =>
  (await nodes(three, via)).map((row) => row.split(" ").slice(0, 2).join(" "));

/** The servers with this as the only host key of s2. */
function pinned(hostKey: string): Written {
  const own = { ssh: { hostKey } };
  return { servers: servers.map((name) => entry(three, name, name === "s2" ? own : {})) };
}

test("U11 a machine that was built anew under its name and address is taken in again", async () => {
  await make(three, pinned(keyOf("s2")));
  await on("s1", `${kubectl} create configmap before`);
  const old = keyOf("s2");
  const [id, before] = [await on("s2", "cat /etc/machine-id"), await starts(three, ["s1", "s3"])];
  await wipe(three.lab, machine(three.lab, "s2"));
  expect([await on("s2", "cat /etc/machine-id"), keyOf("s2")]).not.toEqual([id, old]);

  for (const args of [["refresh", "--yes", "--skip-preview"], ["preview"], up]) {
    const { said } = await tried(three, pinned(old), args);
    expect(said).toMatch(/could not be looked at[\s\S]*presented \S.* instead of /);
  }
  await refuses(three, pinned(keyOf("s1")), /error +s2 +host-key .* presented \S.* instead of /);
  expect(await on("s2", "ls -d /etc/rancher /usr/local/bin/k3s 2>/dev/null || true")).toBe("");

  const begun = Date.now();
  await make(three, pinned(keyOf("s2")));
  console.log(`U11 taken in after ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
  expect(await voters(three.lab, "s2")).toEqual([...servers]);
  expect(await ready("s2")).toEqual(servers.map((name) => `${name} Ready`));
  expect(await on("s2", `${kubectl} get configmap -o name`)).toContain("configmap/before");
  const object = `${kubectl} get node s2 -o 'jsonpath={.status.nodeInfo.machineID}'`;
  expect(await on("s1", object)).toBe(await on("s2", "cat /etc/machine-id"));
  expect(await starts(three, ["s1", "s3"])).toEqual(before);
  await expectSettled(three);
});

test("U12 three servers become two, then one, the first leaving first, and who is left survives a restart", async () => {
  await on("s3", `${kubectl} create configmap alone`);
  const all = pinned(keyOf("s2")).servers as Written[];
  const only = (...names: string[]) => all.filter(({ name }) => names.includes(String(name)));
  await make(three, { servers: only("s2", "s3") });
  expect(await voters(three.lab, "s3")).toEqual(["s2", "s3"]);
  await refuses(
    three,
    { servers: only("s3") },
    /removing s2 at once would leave 1 of 2 voters, and 2 are needed: give another server before, or allowSingleServer: true/,
  );
  await make(three, { servers: only("s3"), allowSingleServer: true });
  expect(await voters(three.lab, "s3")).toEqual(["s3"]);
  expect(await ready("s3")).toEqual(["s3 Ready"]);
  for (const name of ["s1", "s2"])
    expect(await on(name, "ls -d /etc/rancher /usr/local/bin/k3s 2>/dev/null || true")).toBe("");

  // It was told to join a server that is no more.
  await on("s3", "timeout 180 systemctl restart k3s");
  await on("s3", `timeout 120 sh -c 'until ${kubectl} get node s3 | grep -q " Ready "; do sleep 1; done'`);
  expect(await voters(three.lab, "s3")).toEqual(["s3"]);
  expect(await on("s3", `${kubectl} get configmap -o name`)).toContain("configmap/alone");
  await make(three, { servers: only("s3") });
  await expectSettled(three);
});
