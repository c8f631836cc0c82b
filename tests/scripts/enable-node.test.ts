import { stubMachine } from "./harness";

test.each([
  ["its owner's does not start with its machine", "prod/s1", "no", ["disable --quiet k3s"]],
  ["its owner's does so again", "prod/s1", "yes", ["enable --quiet k3s"]],
  ["another owner's is left alone", "other/s1", "no", []],
  ["nobody's is left alone", undefined, "no", []],
])("a node that is %s", (_case, owner, enabled, calls) => {
  const machine = stubMachine();
  machine.stub("systemctl", { "disable --quiet k3s": 0, "enable --quiet k3s": 0 });
  if (owner) machine.write("/etc/rancher/k3s/owner", owner);
  const outcome = machine.run("enable-node", { OWNER: "prod/s1", UNIT: "k3s", ENABLED: enabled });
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual(calls);
});
