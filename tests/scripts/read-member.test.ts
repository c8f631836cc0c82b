import { type Answer, stubMachine } from "./harness";

const name = "/var/lib/rancher/k3s/server/db/etcd/name";
const data = "/var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal";

const metrics = [
  'etcd_network_active_peers{Local="e6be",Remote="692f486f025b67ed"} 1',
  'etcd_network_active_peers{Local="e6be",Remote="87ced3d5a1125662"} 0',
  'etcd_network_active_peers{Local="e6be",Remote="0a"} 1',
  'etcd_network_peer_sent_bytes_total{To="0b"} 1',
].join("\n");

function server(answers: Record<string, Answer>) {
  const machine = stubMachine();
  machine.write(name, "s1-0123abcd\n");
  machine.write(data, "");
  machine.stub("curl", answers);
  return machine;
}

test("a server tells who it is, how it is, who leads, who is a member, and whom it hears", () => {
  const machine = server({
    "*http://127.0.0.1:2381/health": '{"health":"true"}',
    "*http://127.0.0.1:2381/metrics": metrics,
    "*https://127.0.0.1:2382/v3/maintenance/status": '{"leader":"7"}',
    "*https://127.0.0.1:2382/v3/cluster/member/list": '{"members":[]}',
  });
  const before = machine.snapshot();
  const outcome = machine.run("read-member");
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.stdout).toBe(
    [
      "self=s1-0123abcd",
      'health={"health":"true"}',
      'status={"leader":"7"}',
      'members={"members":[]}',
      "active=692f486f025b67ed 0a \n",
    ].join("\n"),
  );
  expect(machine.snapshot()).toEqual(before);
  for (const line of outcome.linesOf("curl")) expect(line).toMatch(/^-s --noproxy \* --max-time 3 /);
});

test("one that does not run tells who it is, and nothing else", () => {
  const outcome = server({ "*": { shell: "exit 7" } }).run("read-member");
  expect(outcome).toMatchObject({
    code: 0,
    stdout: "self=s1-0123abcd\nhealth=\nstatus=\nmembers=\nactive=\n",
  });
});

test("one that does not answer in time runs", () => {
  const answers = { "*/health": { shell: "exit 28" }, "*": { shell: "exit 7" } };
  expect(server(answers).run("read-member")).toMatchObject({
    code: 0,
    stdout: 'self=s1-0123abcd\nhealth={"reason":"no answer within 3 s"}\nstatus=\nmembers=\nactive=\n',
  });
});

test("a machine without etcd tells nothing, and asks nobody", () => {
  const machine = stubMachine();
  machine.stub("curl", {});
  expect(machine.run("read-member")).toMatchObject({ code: 0, stdout: "", calls: [] });
  machine.write(name, "s1-0123abcd\n");
  expect(machine.run("read-member")).toMatchObject({ code: 0, stdout: "", calls: [] });
  machine.write(data, "");
  machine.write(name, "");
  expect(machine.run("read-member").stdout).toBe("");
  machine.write(name, "s1-0123abcd\n");
  machine.write("/etc/rancher/k3s/.removing", "");
  expect(machine.run("read-member")).toMatchObject({ code: 0, stdout: "", calls: [] });
});

test.each([
  ["reset one", true],
  ["done one", false],
])("a server with the mark %j says that etcd has begun again on it: %s", (mark, said) => {
  const machine = server({ "*": "" });
  machine.write("/etc/rancher/k3s/.reset", mark);
  expect(machine.run("read-member").stdout.includes("reset=yes\n")).toBe(said);
});
