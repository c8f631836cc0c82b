import { type Answers, type StubMachine, stubMachine } from "./harness";

const folder = "/etc/keepalived-k3s";
const variables = { OWNER: "prod/a1", PATIENCE: "5" };

function machineWith(managers: Record<string, (machine: StubMachine) => Answers> = {}): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/other", "");
  machine.write("/usr/sbin/other", "");
  machine.stub("systemctl", {
    "mask --quiet --runtime keepalived.service": 0,
    "unmask --quiet --runtime keepalived.service": 0,
    "disable --quiet keepalived.service": 0,
  });
  for (const [name, answers] of Object.entries(managers)) machine.stub(name, answers(machine));
  return machine;
}

/** Puts a keepalived there. */
function bring(machine: StubMachine): string {
  const file = machine.path("/usr/sbin/keepalived");
  return `: >${file}; chmod 755 ${file}`;
}

const simulated = `Inst libc6 [2.36-8] (2.36-9 Debian:12/stable [amd64])
Inst libnl-3-200 (3.7.0-0.2 Debian:12/stable [amd64])
Inst keepalived (1:2.2.7-1 Debian:12/stable [amd64])
Conf keepalived (1:2.2.7-1 Debian:12/stable [amd64])
`;

const simulation = "-qs --no-install-recommends install keepalived";
const installation = "-qy --no-install-recommends install keepalived";

const apt =
  (more: Answers = {}) =>
  (machine: StubMachine): Answers => ({
    ...more,
    [simulation]: simulated,
    [installation]: { shell: bring(machine) },
  });

test("one that is there stays as it is, and is nobody's but its owner's", () => {
  const machine = machineWith();
  machine.write("/usr/sbin/keepalived", "", 0o755);
  const before = machine.snapshot();
  const outcome = machine.run("bring-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "there\n", stderr: "" });
  expect([machine.snapshot(), outcome.linesOf("systemctl")]).toEqual([before, []]);
});

test("where there is none it comes by apt, and its own service neither starts now nor at the next boot", () => {
  const machine = machineWith({ "apt-get": apt() });
  const outcome = machine.run("bring-keepalived", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "installed\n", stderr: "" });
  const said = outcome.calls.flatMap(({ name, args }) =>
    ["systemctl", "apt-get"].includes(name) ? [[name, ...args].join(" ")] : [],
  );
  expect(said).toEqual([
    "systemctl mask --quiet --runtime keepalived.service",
    `apt-get ${simulation}`,
    `apt-get ${installation}`,
    "systemctl unmask --quiet --runtime keepalived.service",
    "systemctl disable --quiet keepalived.service",
  ]);
});

test("what came with it is remembered, and what was only renewed is not", () => {
  const machine = machineWith({ "apt-get": apt() });
  machine.run("bring-keepalived", variables);
  expect(machine.read(`${folder}/package`)).toBe("libnl-3-200\nkeepalived\n");
  expect(machine.read(`${folder}/owner`)).toBe("prod/a1");
  const names = Object.keys(machine.snapshot()).filter((name) => name.startsWith(`${folder}/`));
  expect(names.sort()).toEqual([`${folder}/owner`, `${folder}/package`]);
  expect(machine.run("bring-keepalived", variables).stdout).toBe("there\n");
});

test("nobody is asked anything", () => {
  const shell = 'echo "$DEBIAN_FRONTEND" >&2; exit 1';
  const machine = machineWith({ "apt-get": () => ({ "*": { shell } }) });
  expect(machine.run("bring-keepalived", variables).stderr).toBe(
    "keepalived cannot be installed: noninteractive\n",
  );
});

test("lists of packages that are old, or empty, are fetched anew", () => {
  const machine = machineWith({
    "apt-get": (its) => ({
      [simulation]: [{ shell: "echo 'E: Unable to locate package keepalived'; exit 100" }, simulated],
      "-q update": 0,
      [installation]: { shell: bring(its) },
    }),
  });
  expect(machine.run("bring-keepalived", variables).stdout).toBe("installed\n");
});

test("where it cannot be had, the reason is told with 69, and nothing is left that would be removed", () => {
  const missing = { shell: "echo 'E: Unable to locate package keepalived' >&2; exit 100" };
  const machine = machineWith({ "apt-get": () => ({ [simulation]: missing, "-q update": 0 }) });
  const outcome = machine.run("bring-keepalived", variables);
  expect(outcome).toMatchObject({
    code: 69,
    stdout: "",
    stderr: "keepalived cannot be installed: E: Unable to locate package keepalived\n",
  });
  expect(outcome.linesOf("systemctl").at(-1)).toBe("unmask --quiet --runtime keepalived.service");
  expect(machine.has(`${folder}/package`) || machine.has(`${folder}/package.part`)).toBe(false);
  // By hand, as the reader is told to.
  machine.write("/usr/sbin/keepalived", "", 0o755);
  expect(machine.run("bring-keepalived", variables).stdout).toBe("there\n");
  expect(machine.has(`${folder}/package`)).toBe(false);
});

test("a machine without a package manager that is known is told so", () => {
  expect(machineWith().run("bring-keepalived", variables)).toMatchObject({
    code: 69,
    stderr: "keepalived cannot be installed: there is neither apt-get nor dnf nor zypper\n",
  });
});

const lock = {
  shell: "echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7' >&2; exit 100",
};

test("somebody else's installation is waited for", () => {
  const machine = machineWith({
    "apt-get": (its) => ({ [simulation]: simulated, [installation]: [lock, lock, { shell: bring(its) }] }),
  });
  const outcome = machine.run("bring-keepalived", variables);
  expect([outcome.stdout, outcome.linesOf("sleep")]).toEqual(["installed\n", ["1", "1"]]);
});

test("one that does not end is told with 75, and the next run goes on from there", () => {
  const machine = machineWith({
    "apt-get": () => ({ [simulation]: simulated, [installation]: lock }),
    dpkg: () => ({ "--configure -a": 0 }),
  });
  const outcome = machine.run("bring-keepalived", variables);
  expect(outcome).toMatchObject({
    code: 75,
    stderr: expect.stringMatching(/^another installation is going on: E: Could not get lock/),
  });
  expect(outcome.linesOf("sleep")).toHaveLength(5);
  machine.stub("apt-get", apt()(machine));
  expect(machine.run("bring-keepalived", variables).stdout).toBe("installed\n");
});

test("what a run that was cut off left half done is completed, and counts as brought", () => {
  const machine = machineWith({
    "apt-get": () => ({ [simulation]: simulated, [installation]: { shell: "exit 137" }, "-q update": 1 }),
    dpkg: () => ({ "--configure -a": 0 }),
  });
  expect(machine.run("bring-keepalived", variables).code).toBe(69);
  machine.write("/usr/sbin/keepalived", "", 0o755);
  machine.stub("apt-get", { [simulation]: "", [installation]: 0 });
  const outcome = machine.run("bring-keepalived", variables);
  expect([outcome.stdout, outcome.linesOf("dpkg")]).toEqual(["installed\n", ["--configure -a"]]);
  expect(machine.read(`${folder}/package`)).toContain("keepalived\n");
});

test.each([
  ["dnf", "-qy --setopt=install_weak_deps=False install keepalived"],
  ["zypper", "-qn install --no-recommends keepalived"],
])("where there is %s it comes by that", (manager, line) => {
  const machine = machineWith({ [manager]: (its) => ({ [line]: { shell: bring(its) } }) });
  const outcome = machine.run("bring-keepalived", variables);
  expect([outcome.stdout, outcome.linesOf(manager)]).toEqual(["installed\n", [line]]);
  expect(machine.read(`${folder}/package`)).toBe("keepalived\n");
});

test.each([
  ["dnf", "Error: Unable to find a match: keepalived"],
  ["zypper", "No provider of 'keepalived' found."],
])("what %s says where it cannot be had is told, and nothing counts as brought", (manager, words) => {
  const machine = machineWith({ [manager]: () => ({ "*": { shell: `echo "${words}" >&2; exit 1` } }) });
  const outcome = machine.run("bring-keepalived", variables);
  expect(outcome).toMatchObject({ code: 69, stderr: `keepalived cannot be installed: ${words}\n` });
  expect(machine.has(`${folder}/package.part`)).toBe(false);
});

test.each([102, 103, 106, 107])(
  "zypper that has installed it counts as such, also when it ends with %i",
  (code) => {
    const machine = machineWith({ zypper: (its) => ({ "*": { shell: `${bring(its)}; exit ${code}` } }) });
    expect(machine.run("bring-keepalived", variables)).toMatchObject({
      code: 0,
      stdout: "installed\n",
      stderr: "",
    });
    expect(machine.read(`${folder}/package`)).toBe("keepalived\n");
    expect(machine.has(`${folder}/package.part`)).toBe(false);
  },
);

test("another installation by zypper is waited for", () => {
  const busy = {
    shell: "echo 'System management is locked by the application with pid 7 (zypper).' >&2; exit 7",
  };
  const machine = machineWith({ zypper: (its) => ({ "*": [busy, { shell: bring(its) }] }) });
  expect(machine.run("bring-keepalived", variables).stdout).toBe("installed\n");
});

test.each([
  ["dev/a1", 73, "its keepalived belongs to dev/a1\n"],
  ["", 78, expect.stringMatching(/owner is there and names nobody, /)],
])("a machine whose owner is %j is refused, and nothing is touched", (owner, code, stderr) => {
  const machine = machineWith();
  machine.write(`${folder}/owner`, owner);
  const before = machine.snapshot();
  const outcome = machine.run("bring-keepalived", variables);
  expect(outcome).toMatchObject({ code, stdout: "", stderr });
  expect([machine.snapshot(), outcome.linesOf("systemctl")]).toEqual([before, []]);
});
