import { stubMachine } from "./harness";

test("a machine tells whose node it holds, also while that is being removed", () => {
  const machine = stubMachine();
  machine.write("/etc/rancher/k3s/owner", "prod/s1\n");
  machine.write("/etc/rancher/k3s/.removing", "");
  expect(machine.run("read-owner")).toMatchObject({ code: 0, stdout: "prod/s1\n", stderr: "" });
});

test("nobody's tells nothing", () => {
  expect(stubMachine().run("read-owner")).toMatchObject({ code: 0, stdout: "", stderr: "" });
});
