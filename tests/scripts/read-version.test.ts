import { stubMachine } from "./harness";

const k3s = (shell: string) => {
  const machine = stubMachine();
  machine.write("/usr/local/bin/k3s", `#!/bin/sh\n${shell}\n`, 0o755);
  return machine;
};

test("the version of the k3s that is there is told", () => {
  const machine = k3s(
    `[ "$*" = --version ] && printf 'k3s version v1.33.3+k3s1 (236cbf25)\\ngo version go1.24\\n'`,
  );
  expect(machine.run("read-version")).toMatchObject({ code: 0, stdout: "v1.33.3+k3s1\n", stderr: "" });
});

test.each([
  ["there is none", stubMachine],
  ["it does not run", () => k3s("echo broken >&2; exit 1")],
])("nothing is told where %s", (_case, machine) => {
  expect(machine().run("read-version")).toMatchObject({ code: 0, stdout: "", stderr: "" });
});
