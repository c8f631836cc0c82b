import { createHash } from "node:crypto";
import { type StubMachine, stubMachine } from "./harness";

const folder = "/etc/rancher/k3s";
const data = "/var/lib/rancher/k3s/server";
const drop = `${folder}/config.yaml.d/rejoin.yaml`;
const variables = { OWNER: "dev/s2", SERVER: "https://10.0.0.11:6443" };

function server(): StubMachine {
  const machine = stubMachine();
  machine.write(`${folder}/owner`, "dev/s2");
  machine.write(`${folder}/token`, "s3cret", 0o600);
  machine.write(`${data}/tls/server-ca.crt`, "ca");
  machine.write(`${data}/db/etcd/member/wal/0`, "old");
  machine.stub("systemctl", {
    "stop k3s": 0,
    "enable --quiet k3s": 0,
    "reset-failed k3s": 1,
    "start --no-block k3s": 0,
  });
  return machine;
}

test("a server keeps its etcd aside, and joins the new one by a token that trusts its own CA alone", () => {
  const machine = server();
  const outcome = machine.run("rejoin-etcd", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "joining\n", stderr: "" });
  expect(machine.has(`${data}/db/etcd`)).toBe(false);
  expect(machine.read(`${data}/db/etcd-before-1000000000/member/wal/0`)).toBe("old");
  const token = `${folder}/.rejoin-token`;
  expect(machine.read(drop)).toBe(
    `server: https://10.0.0.11:6443\ncluster-init: false\ntoken-file: ${machine.path(token)}\n`,
  );
  const hash = createHash("sha256").update("ca").digest("hex");
  expect([machine.read(token), machine.mode(token), machine.mode(drop)]).toEqual([
    `K10${hash}::server:s3cret`,
    "600",
    "600",
  ]);
  expect(outcome.linesOf("systemctl")).toEqual([
    "stop k3s",
    "enable --quiet k3s",
    "reset-failed k3s",
    "start --no-block k3s",
  ]);
});

test("one that joins already is not stopped again, and keeps what it has by now", () => {
  const machine = server();
  machine.run("rejoin-etcd", variables);
  machine.write(`${data}/db/etcd/member/wal/0`, "new");
  const outcome = machine.run("rejoin-etcd", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "joining\n" });
  expect(outcome.linesOf("systemctl")).not.toContain("stop k3s");
  expect(machine.read(`${data}/db/etcd/member/wal/0`)).toBe("new");
});

test.each<[string, (machine: StubMachine) => void]>([
  ["another's machine", (machine) => machine.write(`${folder}/owner`, "other/s2")],
  ["one that never was a server", (machine) => machine.remove(`${data}/tls/server-ca.crt`)],
])("%s is left alone", (_case, change) => {
  const machine = server();
  change(machine);
  const before = machine.snapshot();
  expect(machine.run("rejoin-etcd", variables)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(machine.snapshot()).toEqual(before);
});

test.each([
  ["", undefined],
  ["one", "done one"],
])("afterwards what only joining needed goes; %j is what was done", (DONE, mark) => {
  const machine = server();
  machine.run("rejoin-etcd", variables);
  expect(machine.run("end-reset", { DONE })).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect([machine.has(drop), machine.has(`${folder}/.rejoin-token`)]).toEqual([false, false]);
  expect(machine.has(`${folder}/.reset`) ? machine.read(`${folder}/.reset`) : undefined).toBe(mark);
});
