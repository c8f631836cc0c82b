import { createHash } from "node:crypto";
import { type Answer, type StubMachine, statAsRoot, stubMachine } from "./harness";

const folder = "/etc/haproxy-k3s";
const config = `${folder}/haproxy.cfg`;
const ca = `${folder}/ca.pem`;

/** A machine as start-haproxy.sh leaves it. */
function installed(state = "active", enabled = "enabled", answer: Answer = 0): StubMachine {
  const machine = stubMachine();
  machine.write(`${folder}/owner`, "prod/a1");
  machine.write(config, "global\n", 0o600);
  machine.write(ca, "CA\n");
  machine.write("/usr/sbin/haproxy", "", 0o755);
  machine.write(`${folder}/.written`, [line(machine, config), line(machine, ca)].join(""), 0o600);
  machine.stub("systemctl", {
    "is-active haproxy-k3s": { shell: `echo ${state}; [ ${state} = active ]` },
    "is-enabled haproxy-k3s": { shell: `echo ${enabled}; [ ${enabled} = enabled ]` },
  });
  machine.stub("curl", { "*http://localhost/mark": answer });
  return machine;
}

function line(machine: StubMachine, file: string): string {
  const sum = createHash("sha256").update(machine.read(file)).digest("hex");
  return `${sum} ${machine.mode(file)}:root:root ${machine.path(file)}\n`;
}

function read(machine: StubMachine): string[] {
  const before = machine.snapshot();
  const { code, stdout, stderr } = machine.run("read-haproxy", { UNIT: "haproxy-k3s" });
  expect([code, stderr, machine.snapshot()]).toEqual([0, "", before]);
  return stdout
    .trim()
    .split("\n")
    .map((each) => each.replace(machine.path("/"), "/"));
}

test("what nobody has touched is told as it is", () => {
  expect(read(installed())).toEqual(["owner=prod/a1", "unit=active enabled", "package=installed"]);
});

test.each<[string, (machine: StubMachine) => void, string[]]>([
  ["was edited", (machine) => machine.write(config, "odd\n", 0o600), [`file=${config} changed`]],
  ["was removed", (machine) => machine.remove(ca), [`file=${ca} missing`]],
  [
    "waits for a restart, the unit's,",
    (machine) => machine.write(`${folder}/.restart`, ""),
    ["file=/etc/systemd/system/haproxy-k3s.service changed"],
  ],
  [
    "has another mode",
    (machine) => machine.write(config, "global\n", 0o644),
    [`file=${config} 644:root:root`],
  ],
  [
    "has another owner",
    (machine) => machine.stub("stat", { "*/ca.pem": "644:nobody:root\n", ...statAsRoot }),
    [`file=${ca} 644:nobody:root`],
  ],
  [
    "was edited and has another mode",
    (machine) => machine.write(ca, "odd\n", 0o666),
    [`file=${ca} changed`, `file=${ca} 666:root:root`],
  ],
])("a file that %s is told", (_case, touch, files) => {
  const machine = installed();
  touch(machine);
  expect(read(machine)).toEqual(["owner=prod/a1", "unit=active enabled", ...files, "package=installed"]);
});

test("a unit that was stopped or disabled is told, and nobody is asked", () => {
  const machine = installed("inactive", "disabled", { shell: "exit 99" });
  expect(read(machine)).toContain("unit=inactive disabled");
  expect(machine.run("read-haproxy", { UNIT: "haproxy-k3s" }).linesOf("curl")).toEqual([]);
});

test("one that runs and does not answer is told", () => {
  expect(read(installed("active", "enabled", 28))).toContain("unit=active enabled silent");
});

test("an HAProxy that is gone is told", () => {
  const machine = installed();
  machine.remove("/usr/sbin/haproxy");
  expect(read(machine)).toContain("package=missing");
});

test("a machine without ours has no owner, and an empty file of its is told", () => {
  const machine = installed("inactive", "");
  machine.write(`${folder}/owner`, "");
  expect(read(machine)[0]).toBe("owner=-");
  for (const file of [`${folder}/owner`, `${folder}/.written`, config, ca]) machine.remove(file);
  expect(read(machine)).toEqual(["owner=", "unit=inactive ", "package=installed"]);
});
