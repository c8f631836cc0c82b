import { runningIn } from "../../providers/node/running";
import { parseFacts } from "../../providers/preflight/facts";
import { type Answers, type StubMachine, stubMachine } from "./harness";

const data = "/var/lib/rancher/k3s";
const unit = "/etc/systemd/system/k3s.service";

const unknown: Answers = {
  "is-active --quiet *": 3,
  "show *": "\n",
};

/** A server as k3s's installer leaves it. */
function installed(systemctl: Answers = {}): StubMachine {
  const machine = stubMachine();
  machine.write("/proc/sys/kernel/hostname", "Box\n");
  machine.write(`${data}/server/db/etcd/member/wal/0`, "");
  machine.write(`${data}/server/tls/server-ca.crt`, "certificate");
  machine.write("/usr/local/bin/k3s", "#!/bin/sh\necho 'k3s version v1.33.3+k3s1 (236cbf25)'\n", 0o755);
  machine.write(unit, "[Service]\nExecStart=/usr/local/bin/k3s server\n");
  machine.write(`${unit}.env`, "K3S_TOKEN='a'\n", 0o600);
  machine.write(`${unit}.d/limits.conf`, "[Service]\nLimitNOFILE=5\n");
  const own = (name: string) => machine.path(name);
  machine.stub("systemctl", {
    "list-unit-files --no-legend --plain k3s*.service":
      "k3s.service enabled enabled\nk3s-x.service static -\n",
    "is-active --quiet k3s": 0,
    "show -p FragmentPath --value k3s": `${own(unit)}\n`,
    "show -p DropInPaths --value k3s": `${own(`${unit}.d/limits.conf`)}\n`,
    "show -p EnvironmentFiles --value k3s": `${own("/etc/default/k3s")} (ignore_errors=yes)\n${own(`${unit}.env`)} (ignore_errors=yes)\n`,
    "show -p ExecStart --value k3s": `{ path=${own("/usr/local/bin/k3s")} ; argv[]=k3s server ; ignore_errors=no ; pid=7 }\n`,
    ...unknown,
    ...systemctl,
  });
  return machine;
}

function read(machine: StubMachine) {
  const { code, stdout, stderr } = machine.run("read-k3s");
  expect([code, stderr]).toEqual([0, ""]);
  return runningIn(parseFacts(stdout));
}

test("a machine without k3s says nothing", () => {
  const machine = stubMachine();
  machine.write(unit, "");
  expect(machine.run("read-k3s")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(read(machine)).toBeUndefined();
});

test("a server is told with all that says how it runs, and nothing is changed", () => {
  const machine = installed();
  machine.write("/etc/rancher/k3s/config.yaml", "token: a\n");
  machine.write("/etc/rancher/k3s/config.yaml.d/20.yml", "b: 2\n");
  machine.write("/etc/rancher/k3s/config.yaml.d/10.YAML", "b: 1\n");
  machine.write("/etc/rancher/k3s/config.yaml.d/30.txt", "b: 3\n");
  machine.write("/etc/rancher/k3s/registries.yaml", "mirrors: {}\n");
  const before = machine.snapshot();
  const at = (path: string, text: string) => ({ path: machine.path(path), text });
  expect(read(machine)).toEqual({
    unit: "k3s",
    units: ["k3s.service", "k3s-x.service"],
    active: true,
    file: at(unit, "[Service]\nExecStart=/usr/local/bin/k3s server\n"),
    dropIns: [at(`${unit}.d/limits.conf`, "[Service]\nLimitNOFILE=5\n")],
    environment: [at(`${unit}.env`, "K3S_TOKEN='a'\n")],
    config: [
      at("/etc/rancher/k3s/config.yaml", "token: a\n"),
      at("/etc/rancher/k3s/config.yaml.d/10.YAML", "b: 1\n"),
      at("/etc/rancher/k3s/config.yaml.d/20.yml", "b: 2\n"),
    ],
    registries: "mirrors: {}\n",
    version: "v1.33.3+k3s1",
    hostname: "Box",
    datastore: "etcd",
    serverCa: expect.stringMatching(/^[0-9a-f]{64}$/),
    agentCa: "",
    unfinished: false,
    owner: "",
  });
  expect(machine.snapshot()).toEqual(before);
});

test("an agent, a state in a file, a run that was cut off and an owner are told", () => {
  const machine = installed();
  machine.remove(`${data}/server/db/etcd/member/wal/0`);
  machine.write(`${data}/agent/client-kubelet.crt`, "");
  machine.write(`${data}/agent/server-ca.crt`, "certificate");
  machine.write("/etc/rancher/k3s/.changed", "");
  machine.write("/etc/rancher/k3s/owner", "prod/s1");
  expect(read(machine)).toMatchObject({
    agentCa: expect.stringMatching(/^[0-9a-f]{64}$/),
    unfinished: true,
    owner: "prod/s1",
  });
});

test("a unit that does not run is found by its file", () => {
  const machine = installed({ "is-active --quiet k3s": 3 });
  expect(read(machine)).toMatchObject({ unit: "k3s", active: false });
});

test("nothing but k3s is run to ask its version", () => {
  const machine = installed();
  machine.write("/usr/local/bin/other", "#!/bin/sh\ntouch /pwned\n", 0o755);
  machine.stub("systemctl", {
    "list-unit-files *": "",
    "is-active --quiet k3s": 0,
    "show -p FragmentPath --value k3s": `${machine.path(unit)}\n`,
    "show -p ExecStart --value k3s": `{ path=${machine.path("/usr/local/bin/other")} ; argv[]=other }\n`,
    ...unknown,
  });
  expect(read(machine)).toMatchObject({ version: "" });
});

test("what is left of a node that is being removed is none", () => {
  const machine = installed();
  machine.write("/etc/rancher/k3s/.removing", "");
  expect(read(machine)).toBeUndefined();
});

describe("read-tokens", () => {
  const decoded = (machine: StubMachine) =>
    Object.fromEntries(
      Object.entries(parseFacts(machine.run("read-tokens").stdout)).map(([name, [value = ""]]) => [
        name,
        Buffer.from(value, "base64").toString(),
      ]),
    );

  test("tells both tokens", () => {
    const machine = stubMachine();
    machine.write(`${data}/server/token`, "one\n");
    machine.write(`${data}/server/agent-token`, "two\n");
    expect(decoded(machine)).toEqual({ token: "one\n", agentToken: "two\n" });
  });

  test("tells the servers' where agents have none of their own", () => {
    const machine = stubMachine();
    machine.write(`${data}/server/token`, "one\n");
    expect(decoded(machine)).toEqual({ token: "one\n", agentToken: "one\n" });
  });

  test("says that there are none", () => {
    expect(stubMachine().run("read-tokens")).toMatchObject({ code: 69, stdout: "" });
  });
});
