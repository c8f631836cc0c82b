import { stubMachine } from "./harness";

test("keepalived is stopped, and says so where it is not", () => {
  const machine = stubMachine();
  machine.stub("systemctl", { "stop keepalived-k3s": [0, 1] });
  expect(machine.run("stop-keepalived")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(machine.run("stop-keepalived").code).toBe(1);
});
