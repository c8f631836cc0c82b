import { haproxyUnit } from "../../../balancer/units";
import { configuration } from "../../../providers/haproxy/configuration";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type Answer, type FakeMachine, fakeMachines } from "../fake-machine";
import { refusal, sharedHost } from "../provider-host";
import { caHash, haproxyInputs, password } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const haproxy = () => host().resource("HaProxy");

const well = {
  "install-haproxy": { stdout: "there\n" },
  "start-haproxy": { stdout: "started\n" },
  "haproxy-ready": {},
};

const machineWith = (answers: Record<string, Answer> = {}) => machines.machine("a1", { ...well, ...answers });
const create = (a1: FakeMachine, given: object = {}) => haproxy().create(haproxyInputs(a1, given));

test("its package, then its files, then its health; done when it has a server", async () => {
  const a1 = await machineWith();
  const { id, outs } = await create(a1);
  const { text, mark } = configuration(haproxyInputs(a1));
  expect(id).toBe("prod/a1");
  expect(outs).toEqual({ ...haproxyInputs(a1), __provider: expect.anything() });
  expect(a1.ran).toEqual([
    { script: "install-haproxy", variables: { OWNER: "prod/a1", PATIENCE: "120" } },
    {
      script: "start-haproxy",
      variables: {
        OWNER: "prod/a1",
        UNIT: "haproxy-k3s",
        UNIT_TEXT: haproxyUnit(),
        CONFIG: text,
        MARK: mark,
        CA_HASH: caHash,
        SERVERS: "https://10.0.0.11:6443 https://[fd00::12]:6443",
        TURN: "no",
      },
    },
    {
      script: "haproxy-ready",
      variables: { UNIT: "haproxy-k3s", MARK: mark, SEEN: "", PATIENCE: "20" },
    },
  ]);
});

test("the text says by what HAProxy tells that it runs with it: another with another text, or another CA", async () => {
  const a1 = await machineWith();
  const inputs = haproxyInputs(a1);
  const { text, mark } = configuration(inputs);
  expect(mark).toMatch(/^[0-9a-f]{32}$/);
  expect(text).toContain(`string ${mark} if { path /mark }`);
  const marks = [
    mark,
    configuration({ ...inputs, caHash: "d".repeat(64) }).mark,
    configuration({ ...inputs, statsPassword: "other" }).mark,
    configuration({ ...inputs, backends: inputs.backends.slice(1) }).mark,
  ];
  expect(new Set(marks).size).toBe(marks.length);
  expect(configuration(haproxyInputs(a1)).mark).toBe(mark);
});

test("another server comes by the same way, and nothing else is asked", async () => {
  const a1 = await machineWith({ "start-haproxy": { stdout: "reloaded\n" } });
  const news = haproxyInputs(a1, { backends: [{ name: "s9", address: "10.0.0.19", port: 6443 }] });
  const outs = await haproxy().update("prod/a1", haproxyInputs(a1), news);
  expect(outs).toEqual({ ...news, __provider: expect.anything() });
  expect(a1.scripts()).toEqual(["install-haproxy", "start-haproxy", "haproxy-ready"]);
  expect(a1.variables("start-haproxy").SERVERS).toBe("https://10.0.0.19:6443");
});

test("what only matters when it is made or removed is no change", async () => {
  const a1 = await machineWith({ missing: {} });
  const diff = (given: object) => haproxy().diff(haproxyInputs(a1), haproxyInputs(a1, given));
  expect(await diff({ patience: 1, preflight: "other", peers: [] })).toBe(false);
  expect(await diff({ keepPackage: true })).toBe(true);
  expect(await diff({ caHash: "d".repeat(64) })).toBe(true);
});

const failures: [string, Record<string, Answer>, string][] = [
  [
    "no package",
    {
      "install-haproxy": {
        code: 69,
        stderr: "HAProxy cannot be installed: E: Unable to locate package haproxy\n",
      },
    },
    "a1: installing HAProxy: HAProxy cannot be installed: E: Unable to locate package haproxy\n" +
      "  next: correct what keeps the machine from its packages, or install the package haproxy there by hand (from a file where there is no network), then run this again",
  ],
  [
    "an HAProxy of before",
    {
      "install-haproxy": {
        code: 76,
        stderr: "its HAProxy is version 2.0, and 2.2 is the first that will do\n",
      },
    },
    "a1: installing HAProxy: its HAProxy is version 2.0, and 2.2 is the first that will do\n" +
      "  next: install a newer HAProxy there, then run this again",
  ],
  [
    "another owner",
    { "install-haproxy": { code: 73, stderr: "its HAProxy belongs to dev/a1\n" } },
    "a1: installing HAProxy: its HAProxy belongs to dev/a1\n" +
      "  next: remove that HAProxy by the stack that made it, or take this machine out of what is balanced here",
  ],
  [
    "an owner's file that names nobody",
    { "install-haproxy": { code: 78, stderr: "/etc/haproxy-k3s/owner is there and names nobody\n" } },
    "a1: installing HAProxy: /etc/haproxy-k3s/owner is there and names nobody\n" +
      "  next: if it is prod/a1, write that into it (printf %s prod/a1 >/etc/haproxy-k3s/owner); otherwise remove the file",
  ],
  [
    "another cluster's CA",
    {
      "start-haproxy": {
        code: 76,
        stderr: "https://10.0.0.11:6443 belongs to another cluster: its CA is 1, not 2\n",
      },
    },
    "a1: writing its files and starting it: https://10.0.0.11:6443 belongs to another cluster: its CA is 1, not 2\n" +
      "  next: correct the servers' addresses, or the CA that is given, then run this again",
  ],
  [
    "no CA",
    { "start-haproxy": { code: 69, stderr: "no server hands out the CA\n" } },
    "a1: writing its files and starting it: no server hands out the CA\n" +
      "  next: check that a server of the cluster runs and that its port is open to this machine, then run this again",
  ],
  [
    "a configuration that HAProxy does not take",
    {
      "start-haproxy": {
        code: 65,
        stderr: `[NOTICE]   (21) : haproxy version is 2.6.12
[ALERT]    (21) : config : parsing [/etc/haproxy-k3s/haproxy.cfg.new:13] : unknown keyword 'x'
[ALERT]    (21) : config : Fatal errors found in configuration.
`,
      },
    },
    `a1: writing its files and starting it: HAProxy does not take the new configuration; what runs there goes on as it was
  | config : parsing [/etc/haproxy-k3s/haproxy.cfg.new:13] : unknown keyword 'x'
  | config : Fatal errors found in configuration.
  next: install an HAProxy there that takes it (haproxy -vv tells what the one there was built with), then run this again`,
  ],
];

test.each(failures)(
  "%s is a failure with its step, its cause and what to do",
  async (_case, answers, said) => {
    const { message } = await refusal(create(await machineWith(answers)));
    expect(message).toBe(said);
  },
);

test("what fails is recorded, and completed by the next run", async () => {
  const a1 = await machineWith({
    "start-haproxy": [{ code: 69, stderr: "no CA\n" }, { stdout: "started\n" }],
  });
  const { recorded } = await refusal(create(a1));
  expect(recorded?.id).toBe("prod/a1");
  await haproxy().update("prod/a1", recorded?.properties ?? {}, haproxyInputs(a1));
  expect(a1.scripts().slice(-3)).toEqual(["install-haproxy", "start-haproxy", "haproxy-ready"]);
});

test("one that is not there any more, or only in part, is made again by the next run without being asked", async () => {
  const a1 = await machineWith({
    missing: { stdout: "yes\n" },
    "install-haproxy": [{ code: 71, stderr: "it is half removed\n" }, { stdout: "installed\n" }],
    "uninstall-haproxy": {},
  });
  const inputs = haproxyInputs(a1, { keepPackage: true });
  expect(await haproxy().diff(inputs, inputs)).toBe(true);
  expect(a1.variables("missing")).toEqual({
    PLACE: "/etc/haproxy-k3s/owner",
    REMOVING: "/etc/haproxy-k3s/.removing",
  });
  await haproxy().update("prod/a1", inputs, inputs);
  expect(a1.scripts().slice(1)).toEqual([
    "install-haproxy",
    "uninstall-haproxy",
    "install-haproxy",
    "start-haproxy",
    "haproxy-ready",
  ]);
  expect(a1.variables("uninstall-haproxy")).toEqual({ OWNER: "prod/a1", UNIT: "haproxy-k3s", KEEP: "yes" });
});

test("what an update could not do is still to be done, also where somebody looks in between", async () => {
  const a1 = await machineWith({
    "start-haproxy": { code: 69, stderr: "no CA\n" },
    "read-haproxy": { stdout: "owner=prod/a1\nunit=active enabled\npackage=installed\n" },
  });
  const old = haproxyInputs(a1, { unit: "active, enabled", files: "as written", package: "installed" });
  const news = { ...old, backends: old.backends.slice(1), keepPackage: true };
  const { recorded } = await refusal(haproxy().update("prod/a1", old, news));
  expect(recorded?.properties).toMatchObject({ backends: old.backends, keepPackage: true });
  const { props } = await haproxy().read("prod/a1", recorded?.properties ?? {});
  expect(await haproxy().diff(props, news)).toBe(true);
});

test("it is waited for, and what for is said", async () => {
  const a1 = await machineWith({
    "haproxy-ready": [{ code: 75, stderr: "no server to send connections to: s1 INI\n" }, {}],
  });
  await create(a1, { row: rowFor("waits") });
  await until("it is said", () =>
    host()
      .engine.said("waits")
      .some((line) => line.includes("s1 INI")),
  );
  expect(a1.variables("haproxy-ready").SEEN).toBe("no server to send connections to: s1 INI");
});

test.each([
  [
    "s1 L7STS 401, s2 L7STS 401",
    "open the health paths of s1 and s2 (docs/haproxy.md), or give healthCheck any-401",
  ],
])("where no server is ready (%s), each one's reason is told with what it means", async (list, meaning) => {
  const reason = `no server to send connections to: ${list}`;
  const a1 = await machineWith({
    "haproxy-ready": { code: 75, stderr: `${reason}\n` },
    journal: { stdout: "Server ready/s1 is DOWN\n" },
  });
  const { message } = await refusal(create(a1, { patience: 0 }));
  expect(message).toBe(
    `a1: starting haproxy-k3s: after 0 s still: ${reason}\n  | Server ready/s1 is DOWN\n  next: ${meaning}, then run this again`,
  );
});

test("one that does not start is told with its last words", async () => {
  const a1 = await machineWith({
    "haproxy-ready": { code: 1, stderr: "unit not active\n" },
    journal: { stdout: "cannot bind socket (Address already in use) for [127.0.0.1:16443]\n" },
  });
  const { message } = await refusal(create(a1));
  expect(message).toBe(`a1: starting haproxy-k3s: unit not active
  | cannot bind socket (Address already in use) for [127.0.0.1:16443]
  next: correct the cause (journalctl -u haproxy-k3s on a1 shows all of it), then run this again`);
});

test("the password of the page is in no failure", async () => {
  const stderr = `[ALERT] (1) : parsing : 'stats auth' : 'admin:pa'\\''ss' and ${password}\n`;
  const { message } = await refusal(create(await machineWith({ "start-haproxy": { code: 65, stderr } })));
  expect(message).toContain("'stats auth' : 'admin:[secret]' and [secret]");
});

test("is removed with its package by the rule that is given", async () => {
  const a1 = await machines.machine("a1", { "uninstall-haproxy": {} });
  await haproxy().delete("prod/a1", haproxyInputs(a1));
  await haproxy().delete("prod/a1", haproxyInputs(a1, { keepPackage: true }));
  expect(a1.ran.map(({ variables }) => variables)).toEqual([
    { OWNER: "prod/a1", UNIT: "haproxy-k3s", KEEP: "no" },
    { OWNER: "prod/a1", UNIT: "haproxy-k3s", KEEP: "yes" },
  ]);
});

test("what keeps it from being removed is told with what to do", async () => {
  const a1 = await machines.machine("a1", { "uninstall-haproxy": { code: 70, stderr: "dpkg: disk full\n" } });
  const { message } = await refusal(haproxy().delete("prod/a1", haproxyInputs(a1)));
  expect(message).toBe(
    "a1: removing HAProxy: dpkg: disk full\n" +
      "  next: see what keeps the package haproxy there, or have it stay by a pulumi up with " +
      "haproxy.package: keep in the manifest (keepPackage: true where a program makes it by itself) while the machine is " +
      "still declared, then run this again",
  );
});

test("on a machine that is gone it is let go where another answers, and what stays there is told", async () => {
  const s1 = await machines.machine("s1");
  const a9 = await machines.machine("a9");
  const connection = { ...a9.connection, host: "a9.invalid" };
  const given = { connection, peers: [{ name: "s1", connection: s1.connection }], row: rowFor("gone") };
  await haproxy().delete("prod/a9", haproxyInputs(a9, given));
  await until("it is told", () => host().engine.said("gone").join("\n").includes("taken to be gone"));
  expect(host().engine.said("gone").join("\n")).toMatch(
    /What stays on it: haproxy-k3s\.service, \/etc\/haproxy-k3s, and the package haproxy/,
  );
});

test("on a machine that cannot be reached it stays in the state where no other answers", async () => {
  const a8 = await machines.machine("a8");
  const connection = { ...a8.connection, host: "a8.invalid" };
  const { message } = await refusal(haproxy().delete("prod/a8", haproxyInputs(a8, { connection })));
  expect(message).toMatch(/^a8: removing HAProxy: a8\.invalid/);
});
