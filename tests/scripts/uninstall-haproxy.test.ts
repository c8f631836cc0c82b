import { type Answers, type StubMachine, stubMachine } from "./harness";

const folder = "/etc/haproxy-k3s";
const unit = "/etc/systemd/system/haproxy-k3s.service";
const variables = { OWNER: "prod/a1", UNIT: "haproxy-k3s", KEEP: "no" };

/** A machine with ours and others' files; with the names of packages that we brought. */
function installed(brought?: string, more: Answers = {}, manager = "dpkg"): StubMachine {
  const machine = stubMachine();
  for (const file of ["/etc/haproxy/haproxy.cfg", "/etc/systemd/system/other.service", "/usr/sbin/haproxy"])
    machine.write(file, "theirs", 0o755);
  for (const name of ["owner", "haproxy.cfg", "ca.pem", ".written", ".reload", "haproxy.cfg.new"])
    machine.write(`${folder}/${name}`, "prod/a1", 0o600);
  machine.write(unit, "[Service]\n");
  if (brought !== undefined) machine.write(`${folder}/package`, brought);
  machine.stub("systemctl", {
    "stop haproxy-k3s": 0,
    "disable --quiet haproxy-k3s": 0,
    "daemon-reload": 0,
    "reset-failed haproxy-k3s": 0,
    "unmask --quiet --runtime haproxy.service": 0,
    "is-active --quiet haproxy.service": 3,
    "is-enabled --quiet haproxy.service": 1,
    ...more,
  });
  machine.stub(manager, { "--purge haproxy": 0, "-e haproxy": 0 });
  return machine;
}

const files = (machine: StubMachine) => Object.keys(machine.snapshot());

test("ours is stopped and gone, and what is others' is left as it was", () => {
  const machine = installed();
  const outcome = machine.run("uninstall-haproxy", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual([
    "stop haproxy-k3s",
    "disable --quiet haproxy-k3s",
    "daemon-reload",
    "reset-failed haproxy-k3s",
  ]);
  expect(files(machine).filter((file) => /k3s/.test(file))).toEqual([]);
  expect(machine.read("/etc/haproxy/haproxy.cfg")).toBe("theirs");
  expect(machine.has("/etc/systemd/system/other.service")).toBe(true);
});

test("it is stopped also where somebody has removed its unit's file, so that it cannot be disabled", () => {
  const machine = installed(undefined, { "disable --quiet haproxy-k3s": 1 });
  machine.remove(unit);
  const outcome = machine.run("uninstall-haproxy", variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.linesOf("systemctl")[0]).toBe("stop haproxy-k3s");
});

test("a package that was there before stays", () => {
  expect(installed().run("uninstall-haproxy", variables).linesOf("dpkg")).toEqual([]);
});

test("a package that we brought goes, with what came with it", () => {
  const machine = installed("liblua5.3-0\nhaproxy\n");
  const needed = { shell: "echo 'dpkg: dependency problems prevent removal of liblua5.3-0' >&2; exit 1" };
  machine.stub("dpkg", { "--purge haproxy": 0, "--purge liblua5.3-0": [needed, 0] });
  const outcome = machine.run("uninstall-haproxy", variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const purged = outcome.linesOf("dpkg").filter((line) => line.startsWith("--purge"));
  expect(new Set(purged)).toEqual(new Set(["--purge haproxy", "--purge liblua5.3-0"]));
  expect(machine.has(folder)).toBe(false);
});

test("what others have come to need stays", () => {
  const machine = installed("liblua5.3-0\nhaproxy\n");
  const needed = { shell: "echo 'dpkg: dependency problems prevent removal of liblua5.3-0' >&2; exit 1" };
  machine.stub("dpkg", { "--purge haproxy": 0, "--purge liblua5.3-0": needed });
  expect(machine.run("uninstall-haproxy", variables)).toMatchObject({ code: 0, stderr: "" });
});

test.each<[string, Partial<typeof variables>, Answers]>([
  ["where that is asked for", { KEEP: "yes" }, {}],
  ["whose own service somebody runs by now", {}, { "is-active --quiet haproxy.service": 0 }],
  ["whose own service somebody has enabled by now", {}, { "is-enabled --quiet haproxy.service": 0 }],
])("a package that we brought stays %s", (_case, given, answers) => {
  const machine = installed("haproxy\n", answers);
  const outcome = machine.run("uninstall-haproxy", { ...variables, ...given });
  expect([outcome.code, outcome.linesOf("dpkg")]).toEqual([0, []]);
  expect(machine.has(folder)).toBe(false);
});

test("one that came only half goes, too, and its service may start again", () => {
  const machine = installed();
  machine.write(`${folder}/package.part`, "haproxy\n");
  const outcome = machine.run("uninstall-haproxy", variables);
  expect(outcome.linesOf("dpkg")).toEqual(["--purge haproxy"]);
  expect(outcome.linesOf("systemctl")).toContain("unmask --quiet --runtime haproxy.service");
});

test("somebody else's installation is waited for, and told with 75 where it does not end", () => {
  const machine = installed("haproxy\n");
  const locked = {
    shell: "echo 'dpkg: error: dpkg frontend lock was locked by another process' >&2; exit 2",
  };
  machine.stub("dpkg", { "--purge haproxy": [locked, 0] });
  expect(machine.run("uninstall-haproxy", variables)).toMatchObject({ code: 0 });
  const other = installed("haproxy\n");
  other.stub("dpkg", { "--purge haproxy": locked });
  const outcome = other.run("uninstall-haproxy", variables);
  expect(outcome).toMatchObject({ code: 75, stderr: "another installation is going on\n" });
  expect(other.read(`${folder}/owner`)).toBe("prod/a1");
});

test("a package that does not go for another reason is told with 70, and the next run tries again", () => {
  const machine = installed("haproxy\n");
  machine.stub("dpkg", { "--purge haproxy": [{ shell: "echo 'dpkg: error: disk full' >&2; exit 2" }, 0] });
  expect(machine.run("uninstall-haproxy", variables)).toMatchObject({
    code: 70,
    stderr: "dpkg: error: disk full\n",
  });
  expect(machine.run("uninstall-haproxy", variables).code).toBe(0);
  expect(machine.has(folder)).toBe(false);
});

test("one whose removal was cut off is marked as such, and the next completes it", () => {
  const machine = installed("haproxy\n");
  machine.stub("dpkg", { "--purge haproxy": [{ shell: "exit 137" }, 0] });
  expect(machine.run("uninstall-haproxy", variables).code).toBe(70);
  expect(machine.has(`${folder}/.removing`)).toBe(true);
  expect(machine.run("uninstall-haproxy", variables).code).toBe(0);
  expect(machine.has(folder)).toBe(false);
  // At the last step.
  machine.write(`${folder}/.removing`, "");
  expect(machine.run("uninstall-haproxy", variables).code).toBe(0);
  expect(machine.has(folder)).toBe(false);
});

test("what somebody else has put into our folder stays", () => {
  const machine = installed();
  machine.write(`${folder}/notes`, "theirs");
  machine.run("uninstall-haproxy", variables);
  expect(files(machine).filter((file) => file.startsWith(`${folder}/`))).toEqual([`${folder}/notes`]);
});

test("a machine of another owner, and one without ours, are left as they are", () => {
  const machine = installed();
  machine.write(`${folder}/owner`, "dev/a1");
  const before = machine.snapshot();
  expect(machine.run("uninstall-haproxy", variables)).toMatchObject({ code: 0, calls: expect.anything() });
  expect(machine.snapshot()).toEqual(before);
  expect(stubMachine().run("uninstall-haproxy", variables).code).toBe(0);
});

test("an owner's file that names nobody is refused with 78, and nothing is touched", () => {
  const machine = installed();
  machine.write(`${folder}/owner`, "");
  const before = machine.snapshot();
  expect(machine.run("uninstall-haproxy", variables)).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/owner is there and names nobody, /),
  });
  expect(machine.snapshot()).toEqual(before);
});

test("a package that is not there any more counts as gone", () => {
  const machine = installed("haproxy\n", {}, "rpm");
  const missing = { shell: "echo 'error: package haproxy is not installed' >&2; exit 1" };
  machine.stub("rpm", { "-e haproxy": missing });
  expect(machine.run("uninstall-haproxy", variables)).toMatchObject({ code: 0, stderr: "" });
  expect(machine.has(folder)).toBe(false);
});

test("where there is no dpkg the package goes by rpm, unless others have come to need it", () => {
  const machine = installed("haproxy\n", {}, "rpm");
  expect(machine.run("uninstall-haproxy", variables).linesOf("rpm")).toEqual(["-e haproxy"]);
  const needed = installed("haproxy\n", {}, "rpm");
  needed.stub("rpm", { "-e haproxy": { shell: "echo 'error: Failed dependencies:' >&2; exit 1" } });
  expect(needed.run("uninstall-haproxy", variables)).toMatchObject({ code: 0, stderr: "" });
});
