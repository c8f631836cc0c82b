import { chmodSync } from "node:fs";
import { statAsRoot } from "./harness";
import {
  ca,
  certificate,
  config,
  curlSays,
  folder,
  haproxySays,
  machineWith,
  running,
  sum,
  unit,
  unitIs,
  variables,
} from "./start-haproxy";

test("a new machine gets its files, the configuration for root alone, and HAProxy is started with them", () => {
  const machine = machineWith();
  const outcome = machine.run("start-haproxy", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "started\n", stderr: "" });
  const files = {
    [`${folder}/owner`]: ["644", "prod/a1"],
    [ca]: ["644", certificate],
    [config]: ["600", variables.CONFIG],
    [unit]: ["644", variables.UNIT_TEXT],
  };
  for (const [file, [mode, text]] of Object.entries(files))
    expect([file, machine.mode(file), machine.read(file)]).toEqual([file, mode, text]);
  expect(machine.mode(folder)).toBe("755");
  expect(outcome.linesOf("systemctl")).toEqual([
    "daemon-reload",
    "enable --quiet haproxy-k3s",
    "is-active haproxy-k3s",
    "reset-failed haproxy-k3s",
    "start --no-block haproxy-k3s",
  ]);
});

test("what the package has is left as it is, and nothing stays beside our files but what they were", () => {
  const machine = running();
  expect(machine.read("/etc/haproxy/haproxy.cfg")).toBe("theirs\n");
  const names = Object.keys(machine.snapshot());
  expect(names.filter((name) => /\.new$|\/\./.test(name))).toEqual([`${folder}/.written`]);
});

test("what its files were when they were written is kept for a later look, a line each", () => {
  const machine = running();
  const line = (file: string) =>
    `${sum(machine.read(file))} ${machine.mode(file)}:root:root ${machine.path(file)}`;
  const lines = [`${folder}/owner`, ca, config, unit].map(line);
  expect(machine.read(`${folder}/.written`)).toBe(`${lines.join("\n")}\n`);
});

test("the same once more touches nothing, asks no server and reloads nothing", () => {
  const machine = running();
  const before = machine.snapshot();
  const outcome = machine.run("start-haproxy", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n" });
  expect(machine.snapshot()).toEqual(before);
  expect(outcome.linesOf("curl").filter((line) => line.includes("cacerts"))).toEqual([]);
  expect(outcome.linesOf("systemctl").filter((line) => /start|^reload/.test(line))).toEqual([]);
});

test("another configuration is looked at by HAProxy before it takes the place of the old, and is read by a reload", () => {
  const machine = running();
  const outcome = machine.run("start-haproxy", { ...variables, CONFIG: "other\n", MARK: "6f" });
  expect(outcome).toMatchObject({ code: 0, stdout: "reloaded\n" });
  expect(machine.read("checked")).toBe(`-c -f ${machine.path(config)}.new\nother\n`);
  expect(machine.read(config)).toBe("other\n");
  expect(outcome.linesOf("systemctl").at(-1)).toBe("reload haproxy-k3s");
});

test("one that HAProxy does not take is told in its words, and all stays as it was", () => {
  const machine = running();
  const before = machine.snapshot();
  const words = "[ALERT] (1) : parsing [haproxy.cfg.new:1]\n[ALERT] (1) : Fatal errors";
  haproxySays(machine, 1, words);
  const outcome = machine.run("start-haproxy", { ...variables, CONFIG: "odd\n" });
  expect(outcome).toMatchObject({ code: 65, stdout: "", stderr: `${words}\n` });
  expect(outcome.linesOf("systemctl")).toEqual([]);
  const after = machine.snapshot();
  for (const [file, state] of Object.entries(after))
    if (!/^\/(checked|usr\/sbin(\/haproxy)?|etc\/haproxy-k3s)$/.test(file))
      expect([file, state]).toEqual([file, before[file]]);
  expect(Object.keys(after).filter((file) => !(file in before))).toEqual(["/checked"]);
});

test.each([
  ["a configuration that was edited, whatever runs", config, "reloaded\n"],
  ["a CA that was edited", ca, "reloaded\n"],
  ["a unit that was edited", unit, "restarted\n"],
])("%s is written again", (_case, file, stdout) => {
  const machine = running();
  const [mode, text] = [machine.mode(file), machine.read(file)];
  machine.write(file, `${text}# odd\n`);
  expect(machine.run("start-haproxy", variables).stdout).toBe(stdout);
  expect([machine.mode(file), machine.read(file)]).toEqual([mode, text]);
  expect(machine.run("start-haproxy", variables).stdout).toBe("unchanged\n");
});

test.each([
  [`${folder}/owner`, 0o600, "644"],
  [ca, 0o600, "644"],
  [config, 0o644, "600"],
  [unit, 0o666, "644"],
])(
  "%s with another mode gets its own again and root as its owner, and reloads nothing",
  (file, odd, mode) => {
    const machine = running();
    chmodSync(machine.path(file), odd);
    const outcome = machine.run("start-haproxy", variables);
    expect([outcome.stdout, machine.mode(file)]).toEqual(["unchanged\n", mode]);
    expect(outcome.linesOf("chown")).toEqual([`root:root ${machine.path(file)}`]);
  },
);

test("a configuration of somebody else is root's again", () => {
  const machine = running();
  machine.stub("stat", { "*/haproxy.cfg": "600:nobody:root\n", ...statAsRoot });
  const outcome = machine.run("start-haproxy", variables);
  expect(outcome.linesOf("chown")).toEqual([`root:root ${machine.path(config)}`]);
});

test("one that runs with something else than its files is reloaded", () => {
  const machine = running();
  curlSays(machine, {}, "4d");
  expect(machine.run("start-haproxy", variables).stdout).toBe("reloaded\n");
});

test("one that hangs is restarted", () => {
  const machine = running();
  curlSays(machine, {}, 28);
  const outcome = machine.run("start-haproxy", variables);
  expect([outcome.stdout, outcome.linesOf("systemctl").at(-1)]).toEqual([
    "restarted\n",
    "restart --no-block haproxy-k3s",
  ]);
});

test("one that is to restart goes on until it is its turn, also where others have come to know of it before", () => {
  const machine = running();
  const other = { ...variables, UNIT_TEXT: "[Unit]\n", CONFIG: "other\n" };
  for (const _ of [1, 2]) {
    const waits = machine.run("start-haproxy", { ...other, TURN: "no" });
    expect(waits).toMatchObject({ code: 0, stdout: "waits\n", stderr: "" });
    expect(waits.linesOf("systemctl").join()).not.toMatch(/start|reload /);
  }
  expect(machine.read(unit)).toBe("[Unit]\n");
  expect(machine.run("start-haproxy", other).stdout).toBe("restarted\n");
});

test("nothing but a restart has to wait for a turn", () => {
  const machine = running();
  const without = { ...variables, TURN: "no" };
  expect(machine.run("start-haproxy", without).stdout).toBe("unchanged\n");
  expect(machine.run("start-haproxy", { ...without, CONFIG: "other\n" }).stdout).toBe("reloaded\n");
  unitIs(machine, "inactive");
  expect(machine.run("start-haproxy", { ...without, UNIT_TEXT: "[Unit]\n" }).stdout).toBe("started\n");
});

test.each([
  ["inactive", "started\n", "start --no-block haproxy-k3s"],
  ["failed", "started\n", "start --no-block haproxy-k3s"],
  ["activating", "restarted\n", "restart --no-block haproxy-k3s"],
])("one that is %s is %s", (state, stdout, call) => {
  const machine = running();
  unitIs(machine, state);
  const outcome = machine.run("start-haproxy", variables);
  expect([outcome.stdout, outcome.linesOf("systemctl").at(-1)]).toEqual([stdout, call]);
});

test("what a run wrote before it was cut off is read after the next, though what runs calls itself the same", () => {
  const machine = running();
  machine.write(config, "edited\n", 0o600);
  unitIs(machine, "active", 1);
  expect(machine.run("start-haproxy", variables).code).not.toBe(0);
  expect(machine.read(config)).toBe(variables.CONFIG);
  unitIs(machine, "active");
  expect(machine.run("start-haproxy", variables).stdout).toBe("reloaded\n");
  expect(machine.run("start-haproxy", variables).stdout).toBe("unchanged\n");
});

test.each([1, 2, 3, 4])("a run that was cut off at its file number %i is completed by the next", (last) => {
  const machine = running();
  const other = { ...variables, CONFIG: "other\n", MARK: "6f", UNIT_TEXT: "[Unit]\n", CA_HASH: sum("new") };
  curlSays(machine, { "10.0.0.11": "new" }, "5e");
  // The tool itself, and the end of everything at the one with that number.
  const counter = machine.path("moved");
  const count = `echo >>${counter}; [ "$(wc -l <${counter})" -le ${last - 1} ] || exit 1`;
  machine.stub("mv", { "*": { shell: `${count}; mv "$@"` } });
  const first = machine.run("start-haproxy", other);
  machine.stub("mv", { "*": { shell: 'mv "$@"' } });
  const second = machine.run("start-haproxy", other);
  expect([machine.read(ca), machine.read(config), machine.read(unit)]).toEqual([
    "new",
    "other\n",
    "[Unit]\n",
  ]);
  const verbs = [first.stdout, second.stdout].filter((verb) => verb !== "unchanged\n");
  expect([second.code, verbs.filter(Boolean)]).toEqual([0, ["restarted\n"]]);
  expect(Object.keys(machine.snapshot()).filter((name) => /\.new$|\.re/.test(name))).toEqual([]);
});

test("one of another owner is refused with 73 and left untouched", () => {
  const machine = machineWith();
  machine.write(`${folder}/owner`, "dev/a1");
  const before = machine.snapshot();
  const outcome = machine.run("start-haproxy", variables);
  expect(outcome).toMatchObject({ code: 73, stdout: "", stderr: "its HAProxy belongs to dev/a1\n" });
  expect([outcome.linesOf("systemctl"), machine.snapshot()]).toEqual([[], before]);
});

test.each(["", "\n", "half", "/a1", "dev/", "dev/a1\u0007"])(
  "an owner's file that names nobody (%j) is refused with 78, and nothing is touched",
  (text) => {
    const machine = machineWith();
    machine.write(`${folder}/owner`, text);
    const before = machine.snapshot();
    const outcome = machine.run("start-haproxy", variables);
    const file = machine.path(`${folder}/owner`);
    expect(outcome).toMatchObject({
      code: 78,
      stderr: `${file} is there and names nobody, so that nobody can tell whom its HAProxy belongs to\n`,
    });
    expect(machine.snapshot()).toEqual(before);
  },
);

test("the password is in no argument of a command", () => {
  const { calls } = machineWith().run("start-haproxy", variables);
  expect(calls.filter(({ args }) => args.some((arg) => arg.includes("admin:pw")))).toEqual([]);
});

describe("the process that begins after a reload is told which servers are in", () => {
  const CONFIG = `defaults
    default-server inter 750ms
    default-server fall 2 rise 3
frontend kubernetes
    default_backend ready
backend ready
    server s1 10.0.0.11:6443
    server s2 [fd00::12]:6443
backend alive
    server s1 10.0.0.11:6443
    server s2 [fd00::12]:6443
frontend health
    mode http
`;

  /** By proxy and server, what HAProxy tells of them. */
  function handedOver(states: Record<string, string>): string {
    const rows = Object.entries(states).map(([place, state]) => `${place.replace("/", ",")},0,${state},x,\n`);
    const machine = running();
    curlSays(machine, {}, "5e", ["# pxname,svname,qcur,status,x,\n", ...rows].join(""));
    expect(machine.run("start-haproxy", { ...variables, CONFIG }).stdout).toBe("reloaded\n");
    return machine.read("/run/haproxy-k3s/servers");
  }

  const row = (place: string, id: number, address: string, isIn: boolean) =>
    `1 ${place.replace("/", ` ${id} `)} ${address} ${isIn ? "2 0 1 1 1 1 0 3" : "0 0 1 1 1 1 0 0"} 6 0 0 0 - 6443 - 0 0 - - 0\n`;

  test("by the one before it, each backend for itself; one that is new is not in yet", () => {
    const states = {
      "kubernetes/FRONTEND": "OPEN",
      "ready/s1": "DOWN",
      "ready/s0": "UP",
      "alive/s1": "UP 1/3",
      "alive/BACKEND": "UP",
    };
    expect(handedOver(states)).toBe(
      [
        "1\n",
        row("ready/s1", 1, "10.0.0.11", false),
        row("ready/s2", 2, "fd00::12", false),
        row("alive/s1", 3, "10.0.0.11", true),
        row("alive/s2", 4, "fd00::12", false),
      ].join(""),
    );
  });

  test("but where none is, it tries all", () => {
    expect(handedOver({ "ready/s1": "DOWN", "alive/s1": "DOWN" })).toBe("1\n");
  });
});
