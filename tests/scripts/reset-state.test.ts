import { stubMachine } from "./harness";

const data = "/var/lib/rancher/k3s/server";
const snapshot = `${data}/db/snapshots/daily-s1-1`;

function server(kept?: string) {
  const machine = stubMachine();
  machine.write(`${data}/cluster-id`, "1f6c");
  machine.write(`${data}/db/etcd/member/wal/0`, "");
  machine.write(`${data}/token`, "K10ab::server:s3:cret\n");
  machine.write(snapshot, "");
  machine.write("/etc/rancher/k3s/.reset", "done one");
  if (kept) machine.write(`${data}/db/snapshot-tokens/daily-s1-1`, kept, 0o600);
  return machine;
}

test.each([
  ["fits", "K10cd::server:s3:cret\n"],
  ["differs", "K10ab::server:other\n"],
  ["either", "K10ab::server:other\nK10ab::server:s3:cret\n"],
  ["either", "K10ab::server:s3:cret\nK10ab::server:other\n"],
  ["differs", "K10ab::server:other\nK10ab::server:another\n"],
  ["missing", undefined],
])("a server's identity, etcd and mark are told, and of a snapshot's token that it %s", (token, kept) => {
  const machine = server(kept);
  const outcome = machine.run("reset-state", { SNAPSHOT: "daily-s1-1" });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.stdout.split("\n")).toEqual([
    "id=1f6c",
    "etcd=yes",
    "mark=done one",
    `snapshot=${machine.path(snapshot)}`,
    `token=${token}`,
    "",
  ]);
  expect(outcome.stdout).not.toContain("cret");
});

test("a snapshot is also found by its whole path, and in the folder that k3s is given for them", () => {
  const machine = server();
  expect(machine.run("reset-state", { SNAPSHOT: machine.path(snapshot) }).stdout).toContain("snapshot=");
  machine.write("/srv/x", "");
  machine.write("/etc/rancher/k3s/config.yaml", `etcd-snapshot-dir: "${machine.path("/srv")}"\n`);
  expect(machine.run("reset-state", { SNAPSHOT: "x" }).stdout).toContain(
    `snapshot=${machine.path("/srv/x")}\n`,
  );
  expect(machine.run("reset-state", { SNAPSHOT: "daily-s1-1" }).stdout).not.toContain("snapshot=");
});

test("a machine that holds nothing says so", () => {
  expect(stubMachine().run("reset-state", { SNAPSHOT: "" })).toMatchObject({
    code: 0,
    stdout: "id=\nmark=\n",
    stderr: "",
  });
});
