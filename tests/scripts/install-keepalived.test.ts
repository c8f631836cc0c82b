import { type Answer, type Answers, type StubMachine, statAsRoot, stubMachine } from "./harness";

const folder = "/etc/keepalived-k3s";
const unit = "/etc/systemd/system/keepalived-k3s.service";
const variables = {
  OWNER: "prod/s1",
  CONFIG: "vrrp_instance kubernetes {\n}\n",
  UNIT_TEXT: "[Service]\n",
  LEAVE: "address delete 10.0.0.100/24 dev eth0\n",
};

/** A machine whose unit is in the given state, and whose keepalived answers so when it is asked about a file. */
function machineIn(state = "inactive", answer: Answer = 0, more: Answers = {}): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/systemd/system/other.service", "");
  unitIs(machine, state, more);
  machine.stub("keepalived", { "-t -f */keepalived.conf.new": answer });
  return machine;
}

function unitIs(machine: StubMachine, state: string, more: Answers = {}): void {
  machine.stub("systemctl", {
    "daemon-reload": 0,
    "enable --quiet keepalived-k3s": 0,
    "is-active keepalived-k3s": { shell: `echo ${state}; [ ${state} = active ]` },
    "reset-failed keepalived-k3s": 0,
    "start keepalived-k3s": 0,
    "reload keepalived-k3s": 0,
    "restart keepalived-k3s": 0,
    ...more,
  });
}

function installed(): StubMachine {
  const machine = machineIn();
  machine.run("install-keepalived", variables);
  unitIs(machine, "active");
  return machine;
}

test("a new machine gets its files, what holds a password for root alone, and keepalived is started", () => {
  const machine = machineIn();
  const outcome = machine.run("install-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "started\n", stderr: "" });
  const files = {
    [`${folder}/owner`]: ["644", "prod/s1"],
    [`${folder}/leave`]: ["644", variables.LEAVE],
    [`${folder}/keepalived.conf`]: ["600", variables.CONFIG],
    [unit]: ["644", variables.UNIT_TEXT],
  };
  for (const [file, [mode, text]] of Object.entries(files))
    expect([file, machine.mode(file), machine.read(file)]).toEqual([file, mode, text]);
  expect(machine.mode(folder)).toBe("755");
  expect(outcome.linesOf("systemctl").at(-1)).toBe("start keepalived-k3s");
  const names = Object.keys(machine.snapshot()).filter((name) => name.startsWith(`${folder}/`));
  expect(names.sort()).toEqual(
    [".written", "keepalived.conf", "leave", "owner"].map((name) => `${folder}/${name}`),
  );
});

test("keepalived is asked about what is written for it, which nobody else can read meanwhile", () => {
  const machine = machineIn("inactive", { shell: 'stat -c %a "$3" >&2; cat "$3" >&2; exit 5' });
  expect(machine.run("install-keepalived", variables).stderr).toBe(
    `keepalived -t answers 5\n600\n${variables.CONFIG}`,
  );
});

test("the same once more touches nothing", () => {
  const machine = installed();
  const before = machine.snapshot();
  const outcome = machine.run("install-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n" });
  const kept = Object.entries(machine.snapshot()).filter(([name]) => name !== folder);
  expect(kept).toEqual(Object.entries(before).filter(([name]) => name !== folder));
});

test.each([
  ["reloaded\n", { CONFIG: "vrrp_instance other {\n}\n" }],
  ["reloaded\n", { LEAVE: "address delete 10.0.0.101/24 dev eth0\n" }],
  ["restarted\n", { UNIT_TEXT: "[Service]\nNice=1\n" }],
  ["restarted\n", { CONFIG: "other\n", UNIT_TEXT: "[Service]\nNice=1\n" }],
])("one that runs is %j for %j, and only once", (said, change) => {
  const machine = installed();
  expect(machine.run("install-keepalived", { ...variables, ...change }).stdout).toBe(said);
  expect(machine.run("install-keepalived", { ...variables, ...change }).stdout).toBe("unchanged\n");
});

test("what a run that was cut off has written is read by the next one", () => {
  const machine = installed();
  const change = { ...variables, CONFIG: "other\n" };
  unitIs(machine, "active", { "reload keepalived-k3s": 1 });
  expect(machine.run("install-keepalived", change).code).not.toBe(0);
  unitIs(machine, "active");
  expect(machine.run("install-keepalived", change).stdout).toBe("reloaded\n");
});

test("a restart that was cut off is not forgotten for a reload", () => {
  const machine = installed();
  const change = { ...variables, UNIT_TEXT: "[Service]\nNice=1\n" };
  unitIs(machine, "active", { "restart keepalived-k3s": 1 });
  expect(machine.run("install-keepalived", change).code).not.toBe(0);
  unitIs(machine, "active");
  expect(machine.run("install-keepalived", { ...change, CONFIG: "other\n" }).stdout).toBe("restarted\n");
});

test.each([1, 5])("a configuration that keepalived answers %i to changes nothing, and is told", (code) => {
  const machine = installed();
  machine.stub("keepalived", { "*": { shell: `echo "(Line 3) Unknown keyword" >&2; exit ${code}` } });
  const before = machine.snapshot();
  const outcome = machine.run("install-keepalived", { ...variables, CONFIG: "odd\n" });
  expect(outcome).toMatchObject({
    code: 65,
    stdout: "",
    stderr: `keepalived -t answers ${code}\n(Line 3) Unknown keyword\n`,
  });
  expect(outcome.linesOf("systemctl")).toEqual([]);
  const kept = (files: Record<string, string>) => Object.entries(files).filter(([name]) => name !== folder);
  expect(kept(machine.snapshot())).toEqual(kept(before));
});

test("modes and owners are set again, without a reload", () => {
  const machine = installed();
  machine.write(`${folder}/keepalived.conf`, variables.CONFIG, 0o644);
  expect(machine.run("install-keepalived", variables).stdout).toBe("unchanged\n");
  expect(machine.mode(`${folder}/keepalived.conf`)).toBe("600");
  machine.stub("stat", { "*/keepalived.conf": "600:nobody:root\n", ...statAsRoot });
  expect(machine.run("install-keepalived", variables).linesOf("chown")).toEqual([
    expect.stringMatching(/^root:root .*keepalived\.conf$/),
  ]);
});

test.each([
  ["dev/s1", 73, "its keepalived belongs to dev/s1\n"],
  ["", 78, expect.stringMatching(/owner is there and names nobody, /)],
])("a machine whose owner is %j is refused, and nothing is touched", (owner, code, stderr) => {
  const machine = machineIn();
  machine.write(`${folder}/owner`, owner);
  const before = machine.snapshot();
  expect(machine.run("install-keepalived", variables)).toMatchObject({ code, stdout: "", stderr });
  expect(machine.snapshot()).toEqual(before);
});

test("what systemd says where it does not start is told", () => {
  const missing = { shell: "echo 'Unit haproxy-k3s.service not found.' >&2; exit 5" };
  const machine = machineIn("inactive", 0, { "start keepalived-k3s": missing });
  expect(machine.run("install-keepalived", variables)).toMatchObject({
    code: 5,
    stderr: "Unit haproxy-k3s.service not found.\n",
  });
});

test("what somebody began to remove is whole again", () => {
  const machine = installed();
  machine.write(`${folder}/.removing`, "");
  machine.remove(`${folder}/keepalived.conf`);
  expect(machine.run("install-keepalived", variables).stdout).toBe("reloaded\n");
  expect(machine.has(`${folder}/.removing`)).toBe(false);
});
