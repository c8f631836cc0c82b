import { statSync } from "node:fs";
import { parseFacts } from "../../providers/preflight/facts";
import { type StubMachine, stubMachine } from "./harness";

const header = "  sl  local_address rem_address   st tx_queue rx_queue\n";

function bare(): StubMachine {
  const machine = stubMachine();
  machine.write("/proc/net/tcp", header);
  machine.write("/proc/net/tcp6", header);
  return machine;
}

function facts(machine: StubMachine, ports = "") {
  return parseFacts(machine.run("probe-kubernetes", { PORTS: ports }).stdout);
}

test("a bare machine has no owner, and nothing more", () => {
  expect(bare().run("probe-kubernetes", { PORTS: "6443" })).toMatchObject({
    code: 0,
    stderr: "",
    stdout: "owner=\n",
  });
});

test("a node of ours is known by its owner", () => {
  const machine = bare();
  machine.write("/etc/rancher/k3s/owner", "dev/s1");
  expect(facts(machine)).toEqual({ owner: ["dev/s1"] });
});

test("an owner's file that is empty is told from one that is not there", () => {
  const machine = bare();
  machine.write("/etc/rancher/k3s/owner", "");
  expect(facts(machine)).toEqual({ owner: ["-"] });
});

test.each([
  ["binary", "/usr/local/bin/k3s", ""],
  ["server_unit", "/etc/systemd/system/k3s.service", ""],
  ["agent_unit", "/etc/systemd/system/k3s-agent.service", ""],
  ["server_data", "/var/lib/rancher/k3s/server/db", "/state.db"],
  ["agent_data", "/var/lib/rancher/k3s/agent/client-kubelet.crt", ""],
  ["password", "/etc/rancher/node/password", ""],
  ["rke2", "/etc/rancher/rke2", "/config.yaml"],
  ["kubeadm", "/etc/kubernetes/kubelet.conf", ""],
  ["k0s", "/etc/k0s", "/k0s.yaml"],
  ["k0s", "/var/lib/k0s", "/bin"],
  ["microk8s", "/var/snap/microk8s", "/x"],
  ["swarm", "/var/lib/docker/swarm/docker-state.json", ""],
])("%s is seen by %s", (name, path, more) => {
  const machine = bare();
  machine.write(`${path}${more}`, "");
  expect(facts(machine)).toEqual({ owner: [""], [name]: [machine.path(path)] });
});

test.each([
  ["ca", "/var/lib/rancher/k3s/server/tls/server-ca.crt"],
  ["agent_ca", "/var/lib/rancher/k3s/agent/server-ca.crt"],
])("%s is the whole file in one line", (name, file) => {
  const machine = bare();
  const text = `${"certificate ".repeat(20)}\n`;
  machine.write(file, text);
  expect(facts(machine)).toEqual({ owner: [""], [name]: [Buffer.from(text).toString("base64")] });
});

test("what stage.sh brings is no trace of Kubernetes", () => {
  const machine = bare();
  machine.write("/usr/local/lib/k3s/v1/k3s", "");
  machine.write("/var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar", "");
  machine.write("/var/lib/rancher/k3s/data/0/bin/k3s", "");
  expect(facts(machine)).toEqual({ owner: [""] });
});

test("nothing is changed", () => {
  const machine = bare();
  machine.write("/var/lib/rancher/k3s/server/tls/server-ca.crt", "x");
  const before = machine.snapshot();
  machine.run("probe-kubernetes", { PORTS: "6443" });
  expect(machine.snapshot()).toEqual(before);
});

function socket(port: number, state: string, address = "00000000", inode = 7): string {
  const local = `${address}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0\n`;
}

const ipv6 = "0".repeat(32);
const listening = "0A";
const established = "01";

test.each([
  ["who listens", socket(6443, listening), header, ["6443"]],
  ["who listens on IPv6", header, socket(10250, listening, ipv6), ["10250"]],
  ["who listens where there is no IPv6", socket(6443, listening), undefined, ["6443"]],
  ["who listens only on IPv6, where another", socket(22, listening), socket(6443, listening, ipv6), ["6443"]],
  ["not who only talks", socket(6443, established), header, undefined],
  ["not who listens on another port", socket(16443, listening), header, undefined],
  ["every one", socket(10250, listening) + socket(6443, listening), header, ["6443", "10250"]],
])("busy are the ports of %s", (_, tcp, tcp6, expected) => {
  const machine = stubMachine();
  machine.write("/proc/net/tcp", header + tcp);
  if (tcp6 !== undefined) machine.write("/proc/net/tcp6", header + tcp6);
  expect(facts(machine, "6443 10250").busy).toEqual(expected);
});

test("who listens is named by the process that holds the socket", () => {
  const machine = bare();
  machine.write("/proc/41/fd/1", "");
  machine.write("/proc/42/fd/3", "");
  machine.write("/proc/42/comm", "haproxy\n");
  const { ino } = statSync(machine.path("/proc/42/fd/3"));
  machine.write("/proc/net/tcp", header + socket(6443, listening, "00000000", ino));
  expect(facts(machine, "6443").busy).toEqual(["6443 haproxy"]);
});
