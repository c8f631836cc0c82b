import { createHash } from "node:crypto";
import { chmodSync, statSync } from "node:fs";
import { statAsRoot } from "./harness";
import { binary, installed, registration, staged, unitIs, variables, written } from "./install-node";

test("a new machine gets its files, secrets for root alone, and its unit is started", () => {
  const machine = staged();
  const outcome = machine.run("install-node", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "started\n", stderr: "" });
  const files = {
    "/etc/rancher/k3s/owner": ["644", "dev/s1"],
    "/etc/rancher/k3s/token": ["600", "t0ken"],
    "/etc/rancher/k3s/agent-token": ["600", "agent-t0ken"],
    "/etc/rancher/k3s/config.yaml": ["600", "node-name: s1\n"],
    [registration]: ["600", "node-label:\n  - tier=web\n"],
    "/etc/systemd/system/k3s.service": ["644", variables.UNIT_TEXT],
    [binary]: ["755", "one"],
  };
  for (const [file, [mode, text]] of Object.entries(files)) {
    expect([file, machine.mode(file), machine.read(file)]).toEqual([file, mode, text]);
  }
  expect(["/etc/rancher/k3s", "/etc/rancher/k3s/config.yaml.d"].map(machine.mode)).toEqual(["755", "755"]);
  expect(outcome.linesOf("systemctl")).toEqual([
    "daemon-reload",
    "enable --quiet k3s",
    "is-active k3s",
    "reset-failed k3s",
    "start --no-block k3s",
  ]);
});

test("nothing is left beside its files, save what they were when they were written", () => {
  const names = Object.keys(installed().snapshot());
  expect(names.filter((name) => /\.new$|\/\./.test(name))).toEqual([written]);
});

test("an agent gets no agent token", () => {
  const machine = staged();
  machine.run("install-node", { ...variables, AGENT_TOKEN: "" });
  expect(machine.has("/etc/rancher/k3s/agent-token")).toBe(false);
});

test("the same once more touches nothing and restarts nothing", () => {
  const machine = installed();
  const before = machine.snapshot();
  const outcome = machine.run("install-node", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n" });
  expect(outcome.linesOf("systemctl").filter((line) => /start/.test(line))).toEqual([]);
  expect(machine.snapshot()).toEqual(before);
});

test.each([
  { CONFIG: "node-name: s1\n\n" },
  { TOKEN: "other" },
  { AGENT_TOKEN: "other" },
  { UNIT_TEXT: "[Service]\n" },
  { VERSION: "v1.34.0+k3s1" },
  { REGISTER: "yes" },
  { REGISTRIES: "# Ours.\nmirrors: {}\n" },
  { ENVIRONMENT: '# Ours.\nHTTPS_PROXY="http://proxy"\n' },
])("a unit that runs is restarted, and only once, for %j", (change) => {
  const machine = installed();
  const outcome = machine.run("install-node", { ...variables, ...change });
  expect(outcome).toMatchObject({ code: 0, stdout: "restarted\n" });
  expect(outcome.linesOf("systemctl")).toContain("restart --no-block k3s");
  expect(machine.run("install-node", { ...variables, ...change, REGISTER: "no" }).stdout).toBe("unchanged\n");
});

test("what a node only reads when it registers is written and restarts nothing, also when it was touched", () => {
  const machine = installed();
  const change = { ...variables, REGISTRATION: "node-label:\n  - tier=db\n" };
  expect(machine.run("install-node", change).stdout).toBe("unchanged\n");
  expect(machine.read(registration)).toBe(change.REGISTRATION);
  machine.write(registration, "odd: true\n", 0o644);
  expect(machine.run("install-node", change).stdout).toBe("unchanged\n");
  expect([machine.read(registration), machine.mode(registration)]).toEqual([change.REGISTRATION, "600"]);
});

describe.each([
  ["REGISTRIES", "/etc/rancher/k3s/registries.yaml"],
  ["AUTHENTICATION", "/etc/rancher/k3s/authentication.yaml"],
  ["PUBLIC_ROLE", "/var/lib/rancher/k3s/server/manifests/public-info-viewer.yaml"],
  ["ENVIRONMENT", "/etc/systemd/system/k3s.service.env"],
])("the file of %s", (name, file) => {
  const given = { ...variables, [name]: "# Ours.\nsecret: 1\n" };

  test("is for root alone", () => {
    const machine = staged();
    machine.run("install-node", given);
    expect([machine.mode(file), machine.read(file)]).toEqual(["600", "# Ours.\nsecret: 1\n"]);
  });

  test("goes when nothing is given any more, and the unit is restarted without it", () => {
    const machine = staged();
    machine.run("install-node", given);
    unitIs(machine, "active");
    expect(machine.run("install-node", variables).stdout).toBe("restarted\n");
    expect(machine.has(file)).toBe(false);
  });

  test("stays when it is somebody else's", () => {
    const machine = installed();
    machine.write(file, "# Theirs.\n");
    expect(machine.run("install-node", variables).stdout).toBe("unchanged\n");
    expect(machine.read(file)).toBe("# Theirs.\n");
    expect(machine.read(written)).not.toContain(file);
  });
});

describe("a file of somebody else's that says who may log in", () => {
  const file = "/etc/rancher/k3s/authentication.yaml";
  const given = { ...variables, AUTHENTICATION: "# Ours.\nkind: x\n" };

  test.each(["no", "keep", "restart"])("is refused with 77, and nothing is touched (ADOPT: %s)", (ADOPT) => {
    const machine = staged();
    machine.write(file, "kind: theirs\n");
    const before = machine.snapshot();
    const outcome = machine.run("install-node", { ...given, ADOPT });
    const stderr = `${machine.path(file)} is there and is somebody else's\n`;
    expect(outcome).toMatchObject({ code: 77, stdout: "", stderr });
    expect(machine.snapshot()).toEqual(before);
  });

  test.each(["", "# Ours.\nkind: y\n"])("is not meant by what became of ours (%j)", (text) => {
    const machine = staged();
    machine.run("install-node", given);
    machine.write(file, text);
    expect(machine.run("install-node", given).code).toBe(0);
    expect(machine.read(file)).toBe(given.AUTHENTICATION);
  });
});

test.each([
  ["/etc/rancher/k3s/owner", 0o600, "644"],
  ["/etc/rancher/k3s/token", 0o644, "600"],
  ["/etc/rancher/k3s/config.yaml", 0o640, "600"],
  [registration, 0o644, "600"],
  ["/etc/systemd/system/k3s.service", 0o666, "644"],
  [binary, 0o700, "755"],
])(
  "%s with another mode gets its own again and root as its owner, and restarts nothing",
  (file, odd, mode) => {
    const machine = installed();
    chmodSync(machine.path(file), odd);
    const outcome = machine.run("install-node", variables);
    expect([outcome.stdout, machine.mode(file)]).toEqual(["unchanged\n", mode]);
    expect(outcome.linesOf("chown")).toEqual([`root:root ${machine.path(file)}`]);
  },
);

test("a file of somebody else is root's again", () => {
  const machine = installed();
  machine.stub("stat", { "*/config.yaml": "600:nobody:root\n", ...statAsRoot });
  const outcome = machine.run("install-node", variables);
  expect(outcome.stdout).toBe("unchanged\n");
  expect(outcome.linesOf("chown")).toEqual([`root:root ${machine.path("/etc/rancher/k3s/config.yaml")}`]);
});

test("what its files were when they were written is kept for a later look, a line each", () => {
  const machine = staged();
  machine.run("install-node", { ...variables, REGISTRIES: "# Ours.\n" });
  const line = (file: string) => {
    const sum = createHash("sha256").update(machine.read(file)).digest("hex");
    return `${sum} ${machine.mode(file)}:root:root ${machine.path(file)}`;
  };
  const all = ["owner", "token", "agent-token", "config.yaml", "config.yaml.d/registration.yaml"];
  const files = [...all, "registries.yaml"].map((name) => `/etc/rancher/k3s/${name}`);
  const lines = [...files, binary, "/etc/systemd/system/k3s.service"].map(line);
  expect(machine.read(written)).toBe(`${lines.join("\n")}\n`);
  expect(machine.mode(written)).toBe("600");
});

test.each([
  ["an unchanged configuration", variables, "started\n", "start --no-block k3s"],
  ["a changed one", { ...variables, CONFIG: "x: y\n" }, "restarted\n", "restart --no-block k3s"],
])("a unit that is still starting runs with %s", (_, inputs, stdout, call) => {
  const machine = installed();
  unitIs(machine, "activating");
  const outcome = machine.run("install-node", inputs);
  expect(outcome.stdout).toBe(stdout);
  expect(outcome.linesOf("systemctl").at(-1)).toBe(call);
});

test("what a run changed before it was cut off is restarted for by the next", () => {
  const machine = installed();
  const changed = { ...variables, CONFIG: "x: y\n" };
  unitIs(machine, "active", 1);
  expect(machine.run("install-node", changed).code).not.toBe(0);
  unitIs(machine, "active");
  expect(machine.run("install-node", changed).stdout).toBe("restarted\n");
});

test("a machine of another owner is refused with 73 and left untouched", () => {
  const machine = staged();
  machine.write("/etc/rancher/k3s/owner", "prod/s1");
  const before = machine.snapshot();
  const outcome = machine.run("install-node", variables);
  expect(outcome).toMatchObject({ code: 73, stdout: "", stderr: "this machine belongs to prod/s1\n" });
  expect(outcome.linesOf("systemctl")).toEqual([]);
  expect(machine.snapshot()).toEqual(before);
});

test("a node whose removal has begun is left as it is with 75, until that is completed", () => {
  const machine = installed();
  machine.write("/etc/rancher/k3s/.removing", "");
  const before = machine.snapshot();
  const outcome = machine.run("install-node", variables);
  expect(outcome).toMatchObject({ code: 75, stdout: "", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual([]);
  expect(machine.snapshot()).toEqual(before);
});

test("a node that was made before, and is not there, is told with 75, and nothing is touched", () => {
  const machine = staged();
  const before = machine.snapshot();
  expect(machine.run("install-node", { ...variables, MADE: "yes" })).toMatchObject({ code: 75, stdout: "" });
  expect(machine.snapshot()).toEqual(before);
  expect(installed().run("install-node", { ...variables, MADE: "yes" }).stdout).toBe("unchanged\n");
});

test("the mark of a removal of which nothing else is left goes", () => {
  const machine = staged();
  machine.write("/etc/rancher/k3s/.removing", "");
  expect(machine.run("install-node", variables).code).toBe(0);
  expect(machine.has("/etc/rancher/k3s/.removing")).toBe(false);
});

test.each(["", "\n", "half", "/s1", "dev/", "dev/s9\u0007", "dev/s9\nmore"])(
  "an owner's file that names no node (%j) is refused with 78, and nothing is touched",
  (text) => {
    const machine = staged();
    machine.write("/etc/rancher/k3s/owner", text);
    const before = machine.snapshot();
    const outcome = machine.run("install-node", variables);
    const stderr = `${machine.path("/etc/rancher/k3s/owner")} is there and names no node, so that nobody can tell whom this machine belongs to\n`;
    expect(outcome).toMatchObject({ code: 78, stdout: "", stderr });
    expect(machine.snapshot()).toEqual(before);
  },
);

test("a version that is not staged is an error, and nothing is started", () => {
  const outcome = staged().run("install-node", { ...variables, VERSION: "v9" });
  expect(outcome.code).not.toBe(0);
  expect(outcome.linesOf("systemctl")).toEqual([]);
});

test("the binary takes no room twice", () => {
  const machine = installed();
  const inode = (file: string) => statSync(machine.path(file)).ino;
  expect(inode(binary)).toBe(inode("/usr/local/lib/k3s/v1.33.3+k3s1/k3s"));
});

test("where the binary can only be copied, it is copied once", () => {
  const machine = staged();
  machine.stub("ln", { "*": 1 });
  expect(machine.run("install-node", variables)).toMatchObject({ code: 0, stdout: "started\n" });
  unitIs(machine, "active");
  expect([machine.read(binary), machine.mode(binary)]).toEqual(["one", "755"]);
  expect(machine.run("install-node", variables).stdout).toBe("unchanged\n");
});

test("tokens are in no argument of any command", () => {
  const { calls } = staged().run("install-node", variables);
  expect(calls.flatMap(({ args }) => args).filter((word) => word.includes("t0ken"))).toEqual([]);
});

const hostile = `it's "$(touch /pwned)" \`id\` $HOME \\n %s\n\n--\t*\n\n`;

test.each(["CONFIG", "REGISTRATION", "TOKEN", "AGENT_TOKEN", "UNIT_TEXT"])(
  "a hostile %s arrives as it is",
  (name) => {
    const files: Record<string, string> = {
      CONFIG: "/etc/rancher/k3s/config.yaml",
      REGISTRATION: registration,
      TOKEN: "/etc/rancher/k3s/token",
      AGENT_TOKEN: "/etc/rancher/k3s/agent-token",
      UNIT_TEXT: "/etc/systemd/system/k3s.service",
    };
    const machine = staged();
    machine.run("install-node", { ...variables, [name]: hostile });
    expect(machine.read(files[name] ?? "")).toBe(hostile);
  },
);
