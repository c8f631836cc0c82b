import { utimesSync } from "node:fs";
import { type StubMachine, stubMachine } from "./harness";

const data = "/var/lib/rancher/k3s/server";
const tokens = `${data}/db/snapshot-tokens`;
const [old, next] = ["K10ab::server:old\n", "K10ab::server:n3w\n"];

/** In seconds of the clock that snapshots are named by. */
const [made, told, given] = [1_700_000_000, 1_700_000_100, 1_700_000_110];

function changedAt(machine: StubMachine, file: string, seconds: number): void {
  utimesSync(machine.path(file), seconds, seconds);
}

/** A server whose cluster is about to be told another token. */
function turning(): StubMachine {
  const machine = stubMachine();
  machine.write(`${data}/token`, old, 0o600);
  machine.write(`${data}/cred/passwd`, "old,server,server,k3s:server\n", 0o600);
  for (const file of ["token", "cred/passwd"]) changedAt(machine, `${data}/${file}`, made);
  machine.write(`${data}/db/etcd/name`, "s1");
  machine.write("/etc/rancher/k3s/owner", "dev/s1");
  machine.write("/etc/rancher/k3s/token", "old", 0o600);
  machine.stub("systemctl", { "is-active k3s": "active" });
  machine.write(`${data}/db/snapshots/kept-s1-${made + 1}`, "etcd");
  expect(machine.run("keep-snapshot-tokens", { NEXT: "n3w" })).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect(machine.mode(`${tokens}/.both`)).toBe("600");
  changedAt(machine, `${tokens}/.both`, told);
  return machine;
}

function givenNext(machine: StubMachine): void {
  const variables = { OWNER: "dev/s1", TOKEN: "n3w", AGENT_TOKEN: "new-agent" };
  expect(machine.run("next-tokens", variables)).toMatchObject({ code: 0, stderr: "" });
  changedAt(machine, `${tokens}/.current`, given);
}

function savedAt(machine: StubMachine, seconds: number): string | undefined {
  machine.write(`${data}/db/snapshots/x-s1-${seconds}`, "etcd");
  expect(machine.run("keep-snapshot-tokens")).toMatchObject({ code: 0, stderr: "" });
  const file = `${tokens}/x-s1-${seconds}`;
  return machine.has(file) ? machine.read(file) : undefined;
}

test("a snapshot from before the turn keeps the old token, also one that is seen only then", () => {
  const machine = turning();
  expect(machine.read(`${tokens}/kept-s1-${made + 1}`)).toBe(old);
  expect(savedAt(machine, told - 1)).toBe(old);
});

test("one that is saved while the cluster is told gets both, also one that is seen only when that is done", () => {
  const machine = turning();
  for (const seconds of [told, told + 3]) expect(savedAt(machine, seconds)).toBe(old + next);
  givenNext(machine);
  for (const seconds of [told + 5, given]) expect(savedAt(machine, seconds)).toBe(old + next);
});

test("one that is saved when all servers have been given the new one gets that, and one from before it gets none", () => {
  const machine = turning();
  givenNext(machine);
  expect(savedAt(machine, given + 1)).toBe(next);
  expect(savedAt(machine, told - 1)).toBeUndefined();
});

test("the server that is told itself, and has written the new one, keeps both until all are given it", () => {
  const machine = turning();
  machine.write(`${data}/token`, next, 0o600);
  expect(savedAt(machine, told + 3)).toBe(old + next);
  givenNext(machine);
  expect([savedAt(machine, told + 4), savedAt(machine, given + 1)]).toEqual([old + next, next]);
});

test("a turn that nobody was told of leaves the old one among those that are kept", () => {
  const machine = turning();
  expect(savedAt(machine, given + 1_000)).toBe(old + next);
});

test("a token that is neither of both, as by hand, ends it", () => {
  const machine = turning();
  givenNext(machine);
  const byHand = "K10ab::server:hand\n";
  machine.write(`${data}/token`, byHand, 0o600);
  changedAt(machine, `${data}/token`, given + 20);
  changedAt(machine, `${data}/cred/passwd`, given + 20);
  expect(savedAt(machine, given + 30)).toBe(byHand);
  expect(machine.has(`${tokens}/.both`)).toBe(false);
});

test("one that is saved on purpose meanwhile gets both as well", () => {
  const machine = turning();
  const file = machine.path(`${data}/db/snapshots/now-s1-${told + 2}`);
  machine.write("/usr/local/bin/k3s", `#!/bin/sh\necho etcd >${file}\n`, 0o755);
  expect(machine.run("save-snapshot", { NAME: "now" })).toMatchObject({ code: 0, stderr: "" });
  expect(machine.read(`${tokens}/now-s1-${told + 2}`)).toBe(old + next);
});

test("neither token is an argument of any command", () => {
  const machine = turning();
  const { calls } = machine.run("keep-snapshot-tokens", { NEXT: "n3w" });
  expect(calls.flatMap(({ args }) => args).filter((word) => /old|n3w/.test(word))).toEqual([]);
});

test("nothing is noted where there is no etcd", () => {
  const machine = stubMachine();
  machine.write(`${data}/token`, old, 0o600);
  expect(machine.run("keep-snapshot-tokens", { NEXT: "n3w" })).toMatchObject({ code: 0, stderr: "" });
  expect(machine.has(`${tokens}/.both`)).toBe(false);
});
