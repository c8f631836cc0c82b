import { stubMachine } from "./harness";

test.each([
  ["its owner's is stopped, and does not start again", "prod/a1", ["disable --now --quiet k3s-agent"]],
  ["another owner's is left alone", "other/a1", []],
  ["nobody's is left alone", undefined, []],
])("a node that is %s", (_case, owner, calls) => {
  const machine = stubMachine();
  machine.stub("systemctl", { "disable --now --quiet k3s-agent": 0 });
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
    const machine = stubMachine();
    machine.stub("systemctl", { "disable --now --quiet k3s-agent": 0 });
    machine.write("/etc/rancher/k3s/owner", owner);
    machine.run("stop-node", { OWNER: "prod/a1", UNIT: "k3s-agent", GONE: "yes" });
    expect(machine.has("/etc/rancher/k3s/.removing")).toBe(marked);
  },
);
