import { type Answers, type StubMachine, stubMachine } from "./harness";

const folder = "/etc/keepalived-k3s";
const unit = "/etc/systemd/system/keepalived-k3s.service";
const variables = { OWNER: "prod/a1", KEEP: "no" };

/** A machine with ours and others' files; with the names of packages that we brought. */
function installed(brought?: string, more: Answers = {}, manager = "dpkg"): StubMachine {
  const machine = stubMachine();
  for (const file of [
    "/etc/keepalived/keepalived.conf",
    "/etc/systemd/system/other.service",
    "/usr/sbin/keepalived",
  ])
    machine.write(file, "theirs", 0o755);
  for (const name of [
    "owner",
    "keepalived.conf",
    "leave",
    "leave.new",
    ".written",
    ".changed",
    "keepalived.conf.new",
  ])
    machine.write(`${folder}/${name}`, "prod/a1", 0o600);
  machine.write(unit, "[Service]\n");
  if (brought !== undefined) machine.write(`${folder}/package`, brought);
  machine.stub("systemctl", {
    "stop keepalived-k3s": 0,
    "disable --quiet keepalived-k3s": 0,
    "daemon-reload": 0,
    "reset-failed keepalived-k3s": 0,
    "unmask --quiet --runtime keepalived.service": 0,
    "is-active --quiet keepalived.service": 3,
    "is-enabled --quiet keepalived.service": 1,
    ...more,
  });
  machine.stub("ip", { "-force -batch */leave": 0 });
  machine.stub(manager, { "--purge keepalived": 0, "-e keepalived": 0 });
  return machine;
}

const files = (machine: StubMachine) => Object.keys(machine.snapshot());

test("ours is stopped and gone, and what is others' is left as it was", () => {
  const machine = installed();
  const outcome = machine.run("uninstall-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual([
    "stop keepalived-k3s",
    "disable --quiet keepalived-k3s",
    "daemon-reload",
    "reset-failed keepalived-k3s",
  ]);
  expect(files(machine).filter((file) => /k3s/.test(file))).toEqual([]);
  expect(machine.read("/etc/keepalived/keepalived.conf")).toBe("theirs");
  expect(machine.has("/etc/systemd/system/other.service")).toBe(true);
});

test("its addresses are taken away when it has ended, whatever it left", () => {
  const { calls } = installed().run("uninstall-keepalived", variables);
  const said = calls
    .filter(({ name }) => ["ip", "systemctl"].includes(name))
    .map(({ args }) => args.join(" "));
  expect(said.slice(0, 3)).toEqual([
    "stop keepalived-k3s",
    "disable --quiet keepalived-k3s",
    expect.stringMatching(/^-force -batch .*\/etc\/keepalived-k3s\/leave$/),
  ]);
  const machine = installed();
  machine.stub("ip", { "-force -batch */leave": 1 });
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({ code: 0, stderr: "" });
});

test("it is stopped also where somebody has removed its unit's file, so that it cannot be disabled", () => {
  const machine = installed(undefined, { "disable --quiet keepalived-k3s": 1 });
  machine.remove(unit);
  const outcome = machine.run("uninstall-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.linesOf("systemctl")[0]).toBe("stop keepalived-k3s");
});

test("a package that was there before stays", () => {
  expect(installed().run("uninstall-keepalived", variables).linesOf("dpkg")).toEqual([]);
});

test("a package that we brought goes, with what came with it", () => {
  const machine = installed("libnl-3-200\nkeepalived\n");
  const needed = { shell: "echo 'dpkg: dependency problems prevent removal of libnl-3-200' >&2; exit 1" };
  machine.stub("dpkg", { "--purge keepalived": 0, "--purge libnl-3-200": [needed, 0] });
  const outcome = machine.run("uninstall-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const purged = outcome.linesOf("dpkg").filter((line) => line.startsWith("--purge"));
  expect(new Set(purged)).toEqual(new Set(["--purge keepalived", "--purge libnl-3-200"]));
  expect(machine.has(folder)).toBe(false);
});

test("what others have come to need stays", () => {
  const machine = installed("libnl-3-200\nkeepalived\n");
  const needed = { shell: "echo 'dpkg: dependency problems prevent removal of libnl-3-200' >&2; exit 1" };
  machine.stub("dpkg", { "--purge keepalived": 0, "--purge libnl-3-200": needed });
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({ code: 0, stderr: "" });
});

test.each<[string, Partial<typeof variables>, Answers]>([
  ["where that is asked for", { KEEP: "yes" }, {}],
  ["whose own service somebody runs by now", {}, { "is-active --quiet keepalived.service": 0 }],
  ["whose own service somebody has enabled by now", {}, { "is-enabled --quiet keepalived.service": 0 }],
])("a package that we brought stays %s", (_case, given, answers) => {
  const machine = installed("keepalived\n", answers);
  const outcome = machine.run("uninstall-keepalived", { ...variables, ...given });
  expect([outcome.code, outcome.linesOf("dpkg")]).toEqual([0, []]);
  expect(machine.has(folder)).toBe(false);
});

test("one that came only half goes, too, and its service may start again", () => {
  const machine = installed();
  machine.write(`${folder}/package.part`, "keepalived\n");
  const outcome = machine.run("uninstall-keepalived", variables);
  expect(outcome.linesOf("dpkg")).toEqual(["--purge keepalived"]);
  expect(outcome.linesOf("systemctl")).toContain("unmask --quiet --runtime keepalived.service");
});

test("somebody else's installation is waited for, and told with 75 where it does not end", () => {
  const machine = installed("keepalived\n");
  const locked = {
    shell: "echo 'dpkg: error: dpkg frontend lock was locked by another process' >&2; exit 2",
  };
  machine.stub("dpkg", { "--purge keepalived": [locked, 0] });
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({ code: 0 });
  const other = installed("keepalived\n");
  other.stub("dpkg", { "--purge keepalived": locked });
  const outcome = other.run("uninstall-keepalived", variables);
  expect(outcome).toMatchObject({ code: 75, stderr: "another installation is going on\n" });
  expect(other.read(`${folder}/owner`)).toBe("prod/a1");
});

test("a package that does not go for another reason is told with 70, and the next run tries again", () => {
  const machine = installed("keepalived\n");
  machine.stub("dpkg", { "--purge keepalived": [{ shell: "echo 'dpkg: error: disk full' >&2; exit 2" }, 0] });
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({
    code: 70,
    stderr: "dpkg: error: disk full\n",
  });
  expect(machine.run("uninstall-keepalived", variables).code).toBe(0);
  expect(machine.has(folder)).toBe(false);
});

test("what somebody else has put into our folder stays", () => {
  const machine = installed();
  machine.write(`${folder}/notes`, "theirs");
  machine.run("uninstall-keepalived", variables);
  expect(files(machine).filter((file) => file.startsWith(`${folder}/`))).toEqual([`${folder}/notes`]);
});

test("a machine of another owner, and one without ours, are left as they are", () => {
  const machine = installed();
  machine.write(`${folder}/owner`, "dev/a1");
  const before = machine.snapshot();
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({ code: 0, calls: expect.anything() });
  expect(machine.snapshot()).toEqual(before);
  expect(stubMachine().run("uninstall-keepalived", variables).code).toBe(0);
});

test("an owner's file that names nobody is refused with 78, and nothing is touched", () => {
  const machine = installed();
  machine.write(`${folder}/owner`, "");
  const before = machine.snapshot();
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/owner is there and names nobody, /),
  });
  expect(machine.snapshot()).toEqual(before);
});

test("a package that is not there any more counts as gone", () => {
  const machine = installed("keepalived\n", {}, "rpm");
  const missing = { shell: "echo 'error: package keepalived is not installed' >&2; exit 1" };
  machine.stub("rpm", { "-e keepalived": missing });
  expect(machine.run("uninstall-keepalived", variables)).toMatchObject({ code: 0, stderr: "" });
  expect(machine.has(folder)).toBe(false);
});

test("where there is no dpkg the package goes by rpm, unless others have come to need it", () => {
  const machine = installed("keepalived\n", {}, "rpm");
  expect(machine.run("uninstall-keepalived", variables).linesOf("rpm")).toEqual(["-e keepalived"]);
  const needed = installed("keepalived\n", {}, "rpm");
  needed.stub("rpm", { "-e keepalived": { shell: "echo 'error: Failed dependencies:' >&2; exit 1" } });
  expect(needed.run("uninstall-keepalived", variables)).toMatchObject({ code: 0, stderr: "" });
});

test("a removal that was cut off is known as one, and is completed by the next run", () => {
  const machine = installed("keepalived\n");
  machine.stub("dpkg", { "--purge keepalived": [{ shell: "echo full; exit 2" }, 0] });
  expect(machine.run("uninstall-keepalived", variables).code).toBe(70);
  expect(machine.has(`${folder}/.removing`)).toBe(true);
  expect(machine.run("read-keepalived", { PEER: "" }).stdout).toBe("");
  machine.remove(`${folder}/owner`);
  expect(machine.run("uninstall-keepalived", variables).code).toBe(0);
  expect(machine.has(`${folder}/.removing`)).toBe(false);
});
