import { type Answer, type StubMachine, stubMachine } from "./harness";

const stopping = ["disable --quiet k3s-agent", "stop k3s-agent"];

function node(stop: Answer = 0): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/systemd/system/k3s-agent.service", "[Service]\n");
  machine.stub("systemctl", { "disable --quiet k3s-agent": 0, "stop k3s-agent": stop });
  return machine;
}

test.each([
  ["its owner's is stopped, and does not start again", "prod/a1", stopping],
  ["another owner's is left alone", "other/a1", []],
  ["nobody's is left alone", undefined, []],
])("a node that is %s", (_case, owner, calls) => {
  const machine = node();
  if (owner) machine.write("/etc/rancher/k3s/owner", owner);
  const outcome = machine.run("stop-node", { OWNER: "prod/a1", UNIT: "k3s-agent" });
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual(calls);
});

test.each([
  ["its own", "prod/a1", true],
  ["another's", "other/a1", false],
])(
  "of %s machine that its cluster knows no more is marked, so that no run takes it for a whole node",
  (_case, owner, marked) => {
    const machine = node();
    machine.write("/etc/rancher/k3s/owner", owner);
    machine.run("stop-node", { OWNER: "prod/a1", UNIT: "k3s-agent", GONE: "yes" });
    expect(machine.has("/etc/rancher/k3s/.removing")).toBe(marked);
  },
);

test.each([
  ["runs on, is stopped", 0],
  ["does not run, has nothing to stop", 5],
])("a node whose unit's file somebody has removed, and that %s", (_case, answer) => {
  const machine = node(answer);
  machine.write("/etc/rancher/k3s/owner", "prod/a1");
  machine.remove("/etc/systemd/system/k3s-agent.service");
  const outcome = machine.run("stop-node", { OWNER: "prod/a1", UNIT: "k3s-agent" });
  expect([outcome.code, outcome.linesOf("systemctl")]).toEqual([0, ["stop k3s-agent"]]);
});

test("a node that does not stop is told", () => {
  const machine = node(1);
  machine.write("/etc/rancher/k3s/owner", "prod/a1");
  expect(machine.run("stop-node", { OWNER: "prod/a1", UNIT: "k3s-agent" }).code).toBe(1);
});
