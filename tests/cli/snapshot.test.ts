import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { etcd, type Told } from "../providers/etcd";
import { type FakeMachine, fakeMachines } from "../providers/fake-machine";
import { inHome, k3sCluster, manifestOf, written } from "./machines";

const machines = fakeMachines();

const folder = "/var/lib/rancher/k3s/server/db";
const contents = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const sum = createHash("sha256").update(contents).digest("hex");
const files: Record<string, Buffer> = {
  [`${folder}/snapshots/on-demand-s-1`]: contents,
  [`${folder}/snapshot-tokens/on-demand-s-1`]: Buffer.from("K10::server:s3cret\n"),
};

/** Servers by what etcd on them says; each saves a snapshot of which this is the sum. */
async function servers(told: Record<string, Told | undefined>, sha256 = sum): Promise<FakeMachine[]> {
  const saved = `${folder}/snapshots/on-demand-s-1\n${contents.length}\n${sha256}\n`;
  return Promise.all(
    Object.keys(told).map((name) =>
      machines.machine(name, {
        "read-member": etcd(name, told),
        "save-snapshot": { stdout: saved },
        "read-part": ({ FILE = "", OFFSET, SIZE }) => {
          const part = files[FILE]?.subarray(Number(OFFSET), Number(OFFSET) + Number(SIZE));
          return { stdout: `${part?.toString("base64")}\n` };
        },
      }),
    ),
  );
}

const whole = { s1: {}, s2: {}, s3: {} };
const fileOf = (list: FakeMachine[], more?: object) => written("cluster.yaml", manifestOf(list, more));

test("it is saved on the first server that is well, and its place, its size and its token's place are told", async () => {
  const list = await servers({ s1: { health: false }, s2: {}, s3: {} });
  const outcome = await k3sCluster("snapshot", "--manifest", fileOf(list));
  expect(outcome).toEqual({
    code: 0,
    stderr: "",
    stdout: `saved on s2: ${folder}/snapshots/on-demand-s-1 (300000 bytes)\nits token: ${folder}/snapshot-tokens/on-demand-s-1\n`,
  });
  expect(list.map((machine) => machine.scripts())).toEqual([
    ["read-member"],
    ["read-member", "save-snapshot"],
    ["read-member"],
  ]);
  expect(list[1]?.variables("save-snapshot")).toEqual({ NAME: "on-demand" });
});

test("it is saved by a voter, and by who is none yet only where that is asked for, which is said", async () => {
  const list = await servers({ s1: { learner: true }, s2: {}, s3: {} });
  const args = ["snapshot", "--manifest", fileOf(list)];
  expect((await k3sCluster(...args)).stdout).toMatch(/^saved on s2: /);
  expect(await k3sCluster(...args, "--server", "s1")).toMatchObject({
    code: 0,
    stderr: "no healthy voter of etcd can be asked: s1 is, which is not a voter yet\n",
    stdout: expect.stringMatching(/^saved on s1: /),
  });
});

test("it is saved where and as it is asked for", async () => {
  const list = await servers(whole);
  const args = ["--manifest", fileOf(list), "--server", "s3", "--name", "before-the-move"];
  expect(await k3sCluster("snapshot", ...args)).toMatchObject({ code: 0 });
  expect(list[2]?.variables("save-snapshot")).toEqual({ NAME: "before-the-move" });
});

test("with a folder both files come here as they are, for their owner alone", async () => {
  const list = await servers(whole);
  const to = inHome("fetched");
  const outcome = await k3sCluster("snapshot", "--manifest", fileOf(list), "--to", to);
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
  expect(outcome.stdout).toContain(`fetched: ${to}/on-demand-s-1\nfetched: ${to}/on-demand-s-1.token\n`);
  expect(readFileSync(`${to}/on-demand-s-1`).equals(contents)).toBe(true);
  expect(readFileSync(`${to}/on-demand-s-1.token`, "utf8")).toBe("K10::server:s3cret\n");
  const modes = [to, `${to}/on-demand-s-1`, `${to}/on-demand-s-1.token`].map(
    (file) => statSync(file).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o600, 0o600]);
});

test("what arrives otherwise than it was saved is refused, and is not called a snapshot", async () => {
  const list = await servers(whole, "0".repeat(64));
  const to = inHome("broken");
  const outcome = await k3sCluster("snapshot", "--manifest", fileOf(list), "--to", to);
  expect([outcome.code, outcome.stdout]).toEqual([1, ""]);
  expect(outcome.stderr).toMatch(/^s1: fetching .*: what arrived in .* is not what was saved\n {2}next: /);
  expect(existsSync(`${to}/on-demand-s-1`)).toBe(false);
});

test.each<[string, Record<string, Told | undefined>, string[], RegExp]>([
  [
    "nobody is well",
    { s1: { health: false }, s2: { runs: false } },
    [],
    /^prod: saving a snapshot of etcd: s1 is not healthy, s2 runs no etcd\n {2}next: bring s1 or s2 back/,
  ],
  [
    "who is asked for is not well",
    { ...whole, s2: { health: false } },
    ["--server", "s2"],
    /^s2: saving a snapshot of etcd: s2 is not healthy\n {2}next: bring s2 back/,
  ],
  [
    "who is asked for is nobody",
    whole,
    ["--server", "s9"],
    /^s9 is no server of prod\n {2}next: choose from s1, s2, s3\n/,
  ],
  [
    "there is no etcd",
    { s1: undefined },
    [],
    /^prod: saving a snapshot of etcd: no etcd is there\n {2}next: see whether/,
  ],
])("where %s it is refused, and nothing is saved", async (_, told, args, message) => {
  const list = await servers(told);
  const outcome = await k3sCluster("snapshot", "--manifest", fileOf(list), ...args);
  expect([outcome.code, outcome.stdout, outcome.stderr]).toEqual([1, "", expect.stringMatching(message)]);
  expect(list.flatMap((machine) => machine.scripts())).not.toContain("save-snapshot");
});

test("what keeps k3s from saving it is told", async () => {
  const list = await servers({ s1: {} });
  Object.assign(list[0]?.answers ?? {}, { "save-snapshot": { code: 69, stderr: "no space\n" } });
  expect(await k3sCluster("snapshot", "--manifest", fileOf(list))).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "s1: saving a snapshot of etcd: no space\n  next: see what keeps k3s from saving it, then run this again\n",
  });
});

test("what is no etcd has no snapshots", async () => {
  const list = await servers({ s1: undefined });
  const { code, stderr } = await k3sCluster(
    "snapshot",
    "--manifest",
    fileOf(list, { datastore: { kind: "sqlite" } }),
  );
  expect([code, stderr]).toEqual([
    1,
    "only etcd has snapshots, and the datastore of prod is sqlite\n  next: save that by its own means\n",
  ]);
  expect(list[0]?.scripts()).toEqual([]);
});

test("a host key that only the stack knows is asked for, and nobody is believed at first use", async () => {
  const [s1] = await servers({ s1: {} });
  const ssh = { ...s1?.connection, hostKey: undefined, host: undefined };
  const list = [
    { ...s1, connection: { ...ssh, host: "127.0.0.1", trustOnFirstUse: true, knownHosts: inHome("none") } },
  ];
  const { code, stderr } = await k3sCluster(
    "snapshot",
    "--manifest",
    fileOf(list as unknown as FakeMachine[]),
  );
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^s1: nobody here knows the host key of .*127\.0\.0\.1.*\n {2}next: give its hostKey/,
    ),
  ]);
  expect(s1?.scripts()).toEqual([]);
});

test.each([
  ["etcd-snapshot", /would count etcd-snapshot among those that it takes by itself/],
  ["../up", /^"\.\.\/up" is no name for a snapshot\n {2}next: give lower-case letters/],
  ["-x", /ambiguous|is no name/],
])("the name %s is refused", async (name, message) => {
  const { code, stderr } = await k3sCluster("snapshot", "--manifest", "none.yaml", "--name", name);
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
});

test("a cluster whose servers are elsewhere has it saved there", async () => {
  const join = { server: "https://10.0.0.9:6443", token: `K10${"c".repeat(64)}::node:pw` };
  const agents = [{ name: "a1", host: "10.0.0.21" }];
  const outcome = await k3sCluster("snapshot", "--manifest", fileOf([], { join, agents }));
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain("no server of prod is in its manifest");
  expect(outcome.stderr).toContain("run k3s etcd-snapshot save on a server of the cluster that it joins");
});
