import { type StubMachine, stubMachine } from "./harness";

const mark = "/etc/rancher/k3s/.reset";
const flag = "/var/lib/rancher/k3s/server/db/reset-flag";

/** A stopped server with a k3s that notes what it is asked, and ends like this. */
function server(code = 0): StubMachine {
  const machine = stubMachine();
  machine.write(flag, "");
  machine.write("/etc/rancher/k3s/owner", "dev/s1");
  const asked = machine.path("/etc/asked");
  machine.write(
    "/usr/local/bin/k3s",
    `#!/bin/sh\necho "$*" >>${asked}\n[ -e ${machine.path(flag)} ] && echo "level=fatal was reset" && exit 1\necho "level=fatal no room" >&2\nexit ${code}\n`,
    0o755,
  );
  machine.stub("timeout", { "*": { shell: 'shift; "$@"' } });
  return machine;
}

test.each([
  ["what it has", "", "server --cluster-reset\n"],
  [
    "what a snapshot has",
    "/snapshots/a b",
    "server --cluster-reset --cluster-reset-restore-path=/snapshots/a b\n",
  ],
])("etcd begins again with %s, once, and that is noted", (_case, SNAPSHOT, asked) => {
  const machine = server();
  const variables = { OPERATION: "one", SNAPSHOT };
  expect(machine.run("reset-etcd", variables)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(machine.read(mark)).toBe("reset one");
  expect(machine.run("reset-etcd", variables)).toMatchObject({ code: 0 });
  expect(machine.read("/etc/asked")).toBe(asked);
});

test("another operation is done although one was done before", () => {
  const machine = server();
  machine.write(mark, "done one");
  expect(machine.run("reset-etcd", { OPERATION: "two", SNAPSHOT: "" })).toMatchObject({ code: 0 });
  expect(machine.read(mark)).toBe("reset two");
});

test("k3s that does not do it ends it with 69 and its last words, and nothing is noted", () => {
  const machine = server(1);
  expect(machine.run("reset-etcd", { OPERATION: "one", SNAPSHOT: "" })).toMatchObject({
    code: 69,
    stderr: "k3s does not reset etcd: level=fatal no room\n",
  });
  expect(machine.has(mark)).toBe(false);
});
