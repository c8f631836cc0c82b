import { createHash } from "node:crypto";
import { stubMachine } from "./harness";

const server = "/var/lib/rancher/k3s/server";
const ca = `${server}/tls/server-ca.crt`;
const etcd = `${server}/db/etcd/member/wal/0.wal`;
const sqlite = `${server}/db/state.db`;
const owner = "/etc/rancher/k3s/owner";
const sum = createHash("sha256").update(`text of ${ca}\n`).digest("hex");

test.each([
  ["etcd is ours", [ca, etcd, owner], `${sum} dev/s1\n`],
  ["SQLite is ours", [ca, sqlite, owner], `${sum} dev/s1\n`],
  ["etcd is nobody's", [ca, etcd], `${sum} nobody\n`],
  ["CA was made, and no cluster yet, is ours", [ca, owner], ""],
  ["data is there without its CA", [etcd, sqlite, owner], ""],
  ["agent is ours", ["/var/lib/rancher/k3s/agent/client-ca.crt", owner], ""],
  ["server is being removed", [ca, etcd, owner, "/etc/rancher/k3s/.removing"], ""],
  ["disk is bare", [], ""],
])("a machine whose %s", (_, files, stdout) => {
  const machine = stubMachine();
  for (const file of files) machine.write(file, file === owner ? "dev/s1" : `text of ${file}\n`);
  const before = machine.snapshot();
  expect(machine.run("find-cluster")).toMatchObject({ code: 0, stdout, stderr: "" });
  expect(machine.snapshot()).toEqual(before);
});

test.each([
  ["", "-"],
  ["half\nmore", "half"],
])("an owner's file that holds %j is told by its first line", (text, line) => {
  const machine = stubMachine();
  for (const file of [ca, etcd]) machine.write(file, `text of ${file}\n`);
  machine.write(owner, text);
  expect(machine.run("find-cluster")).toMatchObject({ code: 0, stdout: `${sum} ${line}\n` });
});

test.each([
  ["its own", "t0 ken\\", 0],
  ["another", "0ther", 77],
  ["none", "", 0],
])("a server that is asked with %s password", (_case, password, code) => {
  const machine = stubMachine();
  for (const file of [ca, etcd]) machine.write(file, `text of ${file}\n`);
  machine.write(`${server}/token`, `K10${"c".repeat(64)}::server:t0 ken\\\n`);
  const outcome = machine.run("find-cluster", { PASSWORD: password });
  const stderr = code === 0 ? "" : "the cluster on this machine has another token\n";
  expect(outcome).toMatchObject({ code, stdout: code === 0 ? `${sum} nobody\n` : "", stderr });
});

test("a CA that is still empty is no cluster's", () => {
  const machine = stubMachine();
  machine.write(ca, "");
  machine.write(etcd, "");
  expect(machine.run("find-cluster")).toMatchObject({ code: 0, stdout: "" });
});
