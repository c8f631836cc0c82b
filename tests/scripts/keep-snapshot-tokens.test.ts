import { mkdirSync, utimesSync } from "node:fs";
import { type StubMachine, stubMachine } from "./harness";

const server = "/var/lib/rancher/k3s/server";
const snapshots = `${server}/db/snapshots`;
const tokens = `${server}/db/snapshot-tokens`;

function withSnapshots(...names: string[]): StubMachine {
  const machine = stubMachine();
  machine.write(`${server}/token`, "K10::server:s3cret\n", 0o600);
  for (const name of names) machine.write(`${snapshots}/${name}`, "etcd");
  return machine;
}

function kept(machine: StubMachine): string[] {
  return Object.keys(machine.snapshot())
    .filter((file) => file.startsWith(`${tokens}/`))
    .map((file) => file.slice(tokens.length + 1))
    .filter((name) => name !== ".current");
}

/** In seconds of the clock that scripts are shown, which begins at 1000000000. */
function changedAt(machine: StubMachine, file: string, seconds: number): void {
  utimesSync(machine.path(file), seconds, seconds);
}

test("each snapshot gets the token that the server has, for root alone", () => {
  const machine = withSnapshots("etcd-snapshot-s1-1", "etcd-snapshot-s1-2.zip");
  expect(machine.run("keep-snapshot-tokens")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(kept(machine)).toEqual(["etcd-snapshot-s1-1", "etcd-snapshot-s1-2.zip"]);
  for (const name of kept(machine))
    expect([machine.read(`${tokens}/${name}`), machine.mode(`${tokens}/${name}`)]).toEqual([
      "K10::server:s3cret\n",
      "600",
    ]);
  expect(machine.mode(tokens)).toBe("700");
});

test("a second time changes nothing", () => {
  const machine = withSnapshots("one");
  machine.run("keep-snapshot-tokens");
  const before = machine.snapshot();
  expect(machine.run("keep-snapshot-tokens").code).toBe(0);
  expect(machine.snapshot()).toEqual(before);
});

test("a snapshot keeps the token that it has, also when the server has another one by now", () => {
  const machine = withSnapshots("one");
  machine.run("keep-snapshot-tokens");
  machine.write(`${server}/token`, "K10::server:0ther\n", 0o600);
  machine.write(`${snapshots}/two`, "etcd");
  machine.run("keep-snapshot-tokens");
  expect([machine.read(`${tokens}/one`), machine.read(`${tokens}/two`)]).toEqual([
    "K10::server:s3cret\n",
    "K10::server:0ther\n",
  ]);
});

test.each([
  ["etcd-snapshot-s1-1700000000", 1_800_000_000, false],
  ["etcd-snapshot-s1-1700000100", 1_600_000_000, true],
  ["before-x-s1-1700000101.zip", 1_600_000_000, true],
  ["etcd-snapshot-s1-1700000099.zip", 1_800_000_000, false],
  ["copied", 1_700_000_099, false],
  ["copied", 1_700_000_100, true],
])("%s, written at %d, gets a token that is of 1700000100: %s", (name, written, given) => {
  const machine = withSnapshots(name);
  changedAt(machine, `${snapshots}/${name}`, written);
  // k3s writes the one at every start, and the other with the token alone.
  machine.write(`${server}/cred/passwd`, "s3cret,server,server,k3s:server\n", 0o600);
  changedAt(machine, `${server}/token`, 1_750_000_000);
  changedAt(machine, `${server}/cred/passwd`, 1_700_000_100);
  expect(machine.run("keep-snapshot-tokens")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(kept(machine)).toEqual(given ? [name] : []);
});

test("one from before k3s was told another token gets none, also when k3s has started again since", () => {
  const machine = withSnapshots("one");
  changedAt(machine, `${snapshots}/one`, 1_700_000_000);
  changedAt(machine, `${server}/token`, 1_690_000_000);
  machine.run("keep-snapshot-tokens");
  machine.write(`${snapshots}/missed-s1-1700000001`, "etcd");
  machine.write(`${server}/token`, "K10::server:0ther\n", 0o600);
  changedAt(machine, `${server}/token`, 1_700_000_002);
  machine.write(`${snapshots}/after-s1-1700000003`, "etcd");
  machine.run("keep-snapshot-tokens");
  changedAt(machine, `${server}/token`, 1_700_000_009);
  machine.write(`${snapshots}/later-s1-1700000004`, "etcd");
  machine.run("keep-snapshot-tokens");
  expect(kept(machine).map((name) => [name, machine.read(`${tokens}/${name}`)])).toEqual([
    ["after-s1-1700000003", "K10::server:0ther\n"],
    ["later-s1-1700000004", "K10::server:0ther\n"],
    ["one", "K10::server:s3cret\n"],
  ]);
});

test("a server that has not restarted with a token that the cluster has gives that one already", () => {
  const machine = withSnapshots("before");
  changedAt(machine, `${server}/token`, 1_600_000_000);
  machine.run("keep-snapshot-tokens");
  machine.write(`${tokens}/.current`, "K10::server:n3xt\n", 0o600);
  machine.write(`${snapshots}/after`, "etcd");
  machine.run("keep-snapshot-tokens");
  expect([machine.read(`${tokens}/before`), machine.read(`${tokens}/after`)]).toEqual([
    "K10::server:s3cret\n",
    "K10::server:n3xt\n",
  ]);
});

test("the token of a snapshot that is gone goes, too", () => {
  const machine = withSnapshots("one", "two");
  machine.run("keep-snapshot-tokens");
  machine.remove(`${snapshots}/one`);
  machine.run("keep-snapshot-tokens");
  expect(kept(machine)).toEqual(["two"]);
});

test("tokens stay where no snapshot is to be seen at all, since a disk may not be mounted", () => {
  const machine = withSnapshots("one");
  machine.run("keep-snapshot-tokens");
  machine.remove(`${snapshots}/one`);
  machine.run("keep-snapshot-tokens");
  expect(kept(machine)).toEqual(["one"]);
});

test("snapshots are where k3s's configuration says, and those of its own folder keep their tokens", () => {
  const machine = withSnapshots("old");
  machine.run("keep-snapshot-tokens");
  const folder = machine.path("/srv/my snapshots");
  machine.write("/etc/rancher/k3s/config.yaml", `etcd-snapshot-dir: "${folder}"\n`);
  machine.write("/srv/my snapshots/new one", "etcd");
  expect(machine.run("keep-snapshot-tokens")).toMatchObject({ code: 0, stderr: "" });
  expect(kept(machine).sort()).toEqual(["new one", "old"]);
});

test("what is not whole yet, a folder, and what is no snapshot's token are left alone", () => {
  const machine = withSnapshots("one.part");
  mkdirSync(machine.path(`${snapshots}/folder`));
  machine.run("keep-snapshot-tokens");
  expect(kept(machine)).toEqual([]);
});

test.each([
  ["a folder", () => withSnapshots()],
  [
    "a token",
    () => {
      const machine = withSnapshots("one");
      machine.write(`${server}/token`, "");
      return machine;
    },
  ],
])("without %s there is nothing to do", (_, given) => {
  const machine = given();
  expect(machine.run("keep-snapshot-tokens")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(kept(machine)).toEqual([]);
});

test("what comes while it runs is seen, since systemd does not look meanwhile", () => {
  const machine = withSnapshots("one", "two.part");
  for (const file of [snapshots, `${server}/token`, `${snapshots}/two.part`])
    changedAt(machine, file, 999_999_999);
  const renamed = `mv ${machine.path(`${snapshots}/two.part`)} ${machine.path(`${snapshots}/two`)}`;
  const passes = "echo $(($(cat ../clock) + 2)) >../clock";
  machine.stub("sleep", { "*": { shell: `${renamed} 2>/dev/null; ${passes}` } });
  const outcome = machine.run("keep-snapshot-tokens");
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(kept(machine)).toEqual(["one", "two"]);
});

test("a folder that changes again and again does not hold it for more than a minute", () => {
  const machine = withSnapshots("one");
  machine.stub("sleep", { "*": 0 });
  changedAt(machine, snapshots, 1_000_000_000);
  const outcome = machine.run("keep-snapshot-tokens");
  expect([outcome.code, outcome.linesOf("sleep").length]).toEqual([0, 60]);
});

test("the token is in no argument of any command", () => {
  const { calls } = withSnapshots("one").run("keep-snapshot-tokens");
  expect(calls.flatMap(({ args }) => args).filter((word) => word.includes("s3cret"))).toEqual([]);
});
