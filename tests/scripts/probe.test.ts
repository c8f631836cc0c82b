import { parseFacts } from "../../providers/preflight/complaints";
import { type StubMachine, stubMachine } from "./harness";

const header = "  sl  local_address rem_address   st tx_queue rx_queue\n";

function bare(): StubMachine {
  const machine = stubMachine();
  machine.stub("uname", { "-m": "x86_64\n" });
  machine.stub("curl", {});
  machine.write("/etc/os-release", 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n');
  machine.write("/etc/machine-id", "0123456789abcdef\n");
  machine.write("/run/systemd/system/x", "");
  machine.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
  machine.write("/proc/1/comm", "init\n");
  machine.write("/proc/net/tcp", header);
  machine.write("/proc/net/tcp6", header);
  return machine;
}

function facts(machine: StubMachine, ports = "") {
  return parseFacts(machine.run("probe", { PORTS: ports }).stdout);
}

test("a bare machine is told line by line", () => {
  expect(bare().run("probe", { PORTS: "6443 10250" })).toMatchObject({
    code: 0,
    stderr: "",
    stdout: `os=debian 12
arch=x86_64
machine_id=0123456789abcdef
init=systemd
cgroups=cpuset cpu io memory pids 
curl=yes
owner=
leftovers=
busy=
`,
  });
});

test("nothing is changed", () => {
  const machine = bare();
  const before = machine.snapshot();
  machine.run("probe", { PORTS: "6443" });
  expect(machine.snapshot()).toEqual(before);
});

test("a machine that is nothing k3s could run on is told, too", () => {
  const machine = stubMachine();
  machine.stub("uname", { "-m": "riscv64\n" });
  machine.write("/proc/1/comm", "busybox\n");
  machine.write("/proc/cgroups", "#subsys_name hierarchy num_cgroups enabled\ncpu 1 1 1\nmemory 2 1 0\n");
  const outcome = machine.run("probe", { PORTS: "6443" });
  expect(outcome.code).toBe(0);
  expect(parseFacts(outcome.stdout)).toEqual({
    os: "unknown",
    arch: "riscv64",
    machine_id: "",
    init: "busybox",
    cgroups: "cpu",
    curl: "no",
    owner: "",
    leftovers: "",
    busy: "",
  });
});

test("a node of ours is known by its owner", () => {
  const machine = bare();
  machine.write("/etc/rancher/k3s/owner", "dev/s1");
  expect(facts(machine).owner).toBe("dev/s1");
});

test.each([
  "/etc/systemd/system/k3s.service",
  "/etc/systemd/system/k3s-agent.service",
  "/var/lib/rancher/k3s/server/db/state.db",
  "/var/lib/rancher/k3s/agent/client-kubelet.crt",
  "/etc/rancher/rke2/config.yaml",
  "/etc/kubernetes/kubelet.conf",
  "/etc/k0s/k0s.yaml",
])("%s is a trace of another Kubernetes", (file) => {
  const machine = bare();
  machine.write(file, "");
  const { leftovers = "" } = facts(machine);
  expect(leftovers).not.toBe("");
  expect(machine.path(file).startsWith(leftovers)).toBe(true);
});

test("what stage.sh brings is no trace of another Kubernetes", () => {
  const machine = bare();
  machine.write("/usr/local/lib/k3s/v1/k3s", "");
  machine.write("/var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar", "");
  machine.write("/var/lib/rancher/k3s/data/0/bin/k3s", "");
  expect(facts(machine).leftovers).toBe("");
});

function socket(port: number, state: string, address = "00000000"): string {
  return `   0: ${address}:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:192B ${state} 00000000:00000000\n`;
}

const ipv6 = "0".repeat(32);
const listening = "0A";
const established = "01";

test.each([
  ["who listens", socket(6443, listening), header, "6443"],
  ["who listens on IPv6", header, socket(10250, listening, ipv6), "10250"],
  ["who listens where there is no IPv6", socket(6443, listening), undefined, "6443"],
  ["who listens only on IPv6, where another", socket(22, listening), socket(6443, listening, ipv6), "6443"],
  ["not who only talks", socket(6443, established), header, ""],
  ["not who listens on another port", socket(16443, listening), header, ""],
  ["every one", socket(10250, listening) + socket(6443, listening), header, "6443 10250"],
])("busy are the ports of %s", (_, tcp, tcp6, expected) => {
  const machine = stubMachine();
  machine.stub("uname", { "-m": "x86_64\n" });
  machine.write("/proc/1/comm", "init\n");
  machine.write("/proc/cgroups", "");
  machine.write("/proc/net/tcp", header + tcp);
  if (tcp6 !== undefined) machine.write("/proc/net/tcp6", header + tcp6);
  expect(facts(machine, "6443 10250").busy).toBe(expected);
});
