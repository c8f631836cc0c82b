import { stubMachine } from "./harness";

function starting(owner: string) {
  const machine = stubMachine();
  machine.write("/etc/rancher/k3s/owner", owner);
  machine.stub("systemctl", { "enable --quiet k3s": 0, "reset-failed k3s": 1, "start --no-block k3s": 0 });
  return machine.run("start-node", { OWNER: "dev/s1", UNIT: "k3s" });
}

test("a node that was stopped starts now and with its machine; another's is left alone", () => {
  const outcome = starting("dev/s1");
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual([
    "enable --quiet k3s",
    "reset-failed k3s",
    "start --no-block k3s",
  ]);
  expect(starting("other/s1").linesOf("systemctl")).toEqual([]);
});

test("a server keeps its cluster's identity", () => {
  const machine = stubMachine();
  machine.write("/var/lib/rancher/k3s/server/token", "");
  expect(machine.run("note-cluster", { ID: "1f6c" })).toMatchObject({ code: 0, stdout: "", stderr: "" });
  const file = "/var/lib/rancher/k3s/server/cluster-id";
  expect([machine.read(file), machine.mode(file)]).toEqual(["1f6c", "600"]);
});
