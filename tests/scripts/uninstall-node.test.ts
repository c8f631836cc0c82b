import { type Answer, type Answers, type Outcome, type StubMachine, stubMachine } from "./harness";

const shim = "/var/lib/rancher/k3s/data/0a/bin/containerd-shim-runc-v2";
const processes = `
    1     0 /sbin/init
  100     1 ${shim} -namespace k8s.io -id one
  101   100 /pause
 1020   100 sh -c server
    7  1020 server
  200     1 /usr/bin/containerd-shim-runc-v2 -namespace moby -id two
  201   200 nginx
  300     1 vi ${shim}
  400     1 /usr/sbin/sshd
`;

const ours = [
  "/etc/rancher/k3s/token",
  "/etc/rancher/node/password",
  "/etc/systemd/system/k3s.service",
  "/etc/systemd/system/k3s.service.env",
  "/run/flannel/subnet.env",
  "/run/k3s/containerd/containerd.sock",
  "/run/netns/cni-1234",
  "/usr/local/bin/k3s",
  "/var/lib/cni/networks/cbr0/10.42.0.2",
  "/var/lib/kubelet/pods/1/volumes/x",
  "/var/lib/rancher/k3s/.hidden",
  "/var/lib/rancher/k3s/agent/images/.cache.json",
  "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
  "/var/lib/rancher/k3s/server/token",
  "/var/log/containers/a.log",
  "/var/log/pods/a/0.log",
];

const theirs = [
  "/etc/systemd/system/other.service",
  "/run/netns/theirs",
  "/usr/local/bin/other",
  "/usr/local/lib/k3s/v1.33.3+k3s1/k3s",
  "/var/lib/rancher/other/x",
  "/var/log/syslog",
];

const machineId = "9f0c";

interface Machine {
  owner?: string;
  /** Where something is mounted, as /proc/self/mounts has it. */
  mounts?: string[];
}

/** Units that are stopped, and disabled; an agent has but one of them. */
function systemd(disable: Answer = 0): Answers {
  return { "stop *": 0, "disable --quiet *": disable, "daemon-reload": 0, "reset-failed k3s": 1 };
}

function node({ owner = "dev/s1", mounts = [] }: Machine = {}): StubMachine {
  const machine = stubMachine();
  for (const file of [...ours, ...theirs]) machine.write(file, "");
  machine.write("/etc/rancher/k3s/owner", owner);
  machine.write("/etc/machine-id", `${machineId}\n`);
  machine.write(
    "/proc/self/mounts",
    mounts.map((place) => `x ${machine.path(place)} tmpfs rw 0 0\n`).join(""),
  );
  machine.stub("systemctl", systemd());
  machine.stub("ps", { "-e -o pid= -o ppid= -o args=": "    1     0 /sbin/init\n" });
  machine.stub("ip", { "-o link show": "" });
  machine.stub("umount", { "-l *": 0 });
  return machine;
}

function uninstall(machine: StubMachine): Outcome {
  return machine.run("uninstall-node", { OWNER: "dev/s1", UNIT: "k3s" });
}

function filesOf(machine: StubMachine, files: string[]): string[] {
  return files.filter((file) => machine.has(file));
}

test("the node's files go, and files of others stay", () => {
  const machine = node();
  expect(uninstall(machine)).toMatchObject({ code: 0, stdout: `${machineId}\n`, stderr: "" });
  expect(filesOf(machine, ours)).toEqual([]);
  expect(filesOf(machine, ["/etc/rancher", "/var/lib/rancher/k3s", "/var/lib/kubelet/pods"])).toEqual([]);
  expect(filesOf(machine, theirs)).toEqual(theirs);
});

test("archives of images stay, staged ones and those of others", () => {
  const machine = node();
  const archives = ["k3s-airgap-images-amd64.tar.zst", "mine.tar", "more/theirs.tar"].map(
    (name) => `/var/lib/rancher/k3s/agent/images/${name}`,
  );
  for (const file of archives) machine.write(file, "");
  expect(uninstall(machine)).toMatchObject({ code: 0, stdout: `${machineId}\n`, stderr: "" });
  expect([filesOf(machine, ours), filesOf(machine, archives)]).toEqual([[], archives]);
});

test("the unit is stopped first and forgotten last", () => {
  const outcome = uninstall(node());
  const lines = outcome.linesOf("systemctl");
  expect(lines.slice(0, 2)).toEqual(["stop k3s", "disable --quiet k3s"]);
  expect(lines.slice(-2)).toEqual(["daemon-reload", "reset-failed k3s"]);
  const names = outcome.calls.map((call) => call.name);
  expect(names.indexOf("systemctl")).toBeLessThan(names.indexOf("ps"));
});

test("another owner's machine is left untouched", () => {
  const machine = node({ owner: "prod/s1", mounts: ["/run/k3s/x"] });
  const before = machine.snapshot();
  const outcome = uninstall(machine);
  expect(outcome).toMatchObject({ code: 0, stdout: `${machineId}\n`, stderr: "" });
  expect(outcome.calls.map((call) => call.name)).toEqual(["cat", "cat", "cat"]);
  expect(machine.snapshot()).toEqual(before);
});

test.each(["", "half", "dev/s1\u0007"])(
  "a machine whose owner's file names no node (%j) is left untouched, and that is said",
  (owner) => {
    const machine = node({ owner, mounts: ["/run/k3s/x"] });
    const before = machine.snapshot();
    const outcome = uninstall(machine);
    expect(outcome).toMatchObject({ code: 78, stdout: `${machineId}\n` });
    expect(outcome.stderr).toContain("/etc/rancher/k3s/owner is there and names no node");
    expect(machine.snapshot()).toEqual(before);
  },
);

test("a machine without an owner is left untouched, and so is one that a second run finds", () => {
  const machine = node();
  uninstall(machine);
  machine.write("/var/lib/rancher/k3s/server/token", "");
  const before = machine.snapshot();
  const outcome = uninstall(machine);
  expect([outcome.code, outcome.calls.map((call) => call.name)]).toEqual([0, ["cat"]]);
  expect(machine.snapshot()).toEqual(before);
});

test("killed are our shims and what is beneath them, until none is left", () => {
  const machine = node();
  machine.stub("ps", { "*": [processes, processes, "1 0 /sbin/init\n"] });
  machine.stub("kill", { "-9 *": [0, 1] });
  const outcome = uninstall(machine);
  const killed = outcome.linesOf("kill").map((line) => line.split(" ").slice(1).map(Number));
  expect(killed.map((pids) => pids.sort((a, b) => a - b))).toEqual([
    [7, 100, 101, 1020],
    [7, 100, 101, 1020],
  ]);
  expect(outcome.code).toBe(0);
});

test("what cannot be killed is given up", () => {
  const machine = node();
  machine.stub("ps", { "*": processes });
  machine.stub("kill", { "-9 *": 1 });
  const outcome = uninstall(machine);
  expect(outcome.linesOf("kill")).toHaveLength(10);
  expect(outcome.code).toBe(0);
});

test("mounts of pods go, the inner before the outer, and mounts of others stay", () => {
  const pods = [
    "/var/lib/rancher/k3s/agent/x",
    "/var/lib/kubelet/pods/2",
    "/var/lib/kubelet/pods/1/with\\040space",
    "/var/lib/kubelet/plugins/csi/x",
    "/run/netns/cni-1234",
    "/run/k3s/a/shm",
    "/run/k3s/a",
  ];
  const others = ["rancher", "rancher/k3s", "rancher/k3s-backup", "kubelet"].map(
    (name) => `/var/lib/${name}`,
  );
  const machine = node({ mounts: [...others, "/run/netns/theirs", ...pods.toReversed()] });
  const places = uninstall(machine).linesOf("umount");
  const expected = [...pods.slice(0, 2), "/var/lib/kubelet/pods/1/with space", ...pods.slice(3)];
  expect(places).toEqual(expected.map((place) => `-l ${machine.path(place)}`));
});

test("a disk that is mounted where the data is stays, emptied", () => {
  const machine = node();
  machine.stub("rmdir", { "*/var/lib/rancher/k3s": 1, "*/etc/rancher": 0 });
  expect(uninstall(machine).code).toBe(0);
  expect(filesOf(machine, ours)).toEqual([]);
  expect(machine.has("/var/lib/rancher/k3s")).toBe(true);
});

test("a folder of another program in /etc/rancher stays", () => {
  const machine = node();
  machine.write("/etc/rancher/rke2/config.yaml", "");
  expect(uninstall(machine).code).toBe(0);
  expect(machine.has("/etc/rancher/rke2/config.yaml")).toBe(true);
});

test("the pods' links go, and links of others stay", () => {
  const machine = node();
  const link = (line: string) => `${line} state UP mode DEFAULT group default\n`;
  const links = [
    "2: eth0: <BROADCAST> mtu 1500 qdisc mq",
    "5: cni0: <BROADCAST> mtu 1450 qdisc noqueue",
    "7: veth1@if2: <BROADCAST> mtu 1450 qdisc noqueue master cni0",
    "8: veth2@if2: <BROADCAST> mtu 1500 qdisc noqueue master docker0",
    "9: veth3@if2: <BROADCAST> mtu 1450 qdisc noqueue master cni0",
    "11: veth4@if2: <BROADCAST> mtu 1450 qdisc noqueue master cni01",
  ];
  machine.stub("ip", {
    "-o link show": links.map(link).join(""),
    "link delete veth1": 1,
    "link delete *": 0,
  });
  for (const name of ["eth0", "cni0", "flannel.1"]) machine.write(`/sys/class/net/${name}/mtu`, "1450");
  const outcome = uninstall(machine);
  const names = ["veth1", "veth3", "cni0", "flannel.1"];
  expect(outcome.linesOf("ip").slice(1)).toEqual(names.map((name) => `link delete ${name}`));
  expect(outcome.code).toBe(0);
});

test("rules of k3s go from each of the two tables, and rules of others stay", () => {
  const machine = node();
  const kept = ["*filter", ":INPUT ACCEPT [1:2]", "-A INPUT -p tcp --dport 22 -j ACCEPT", "COMMIT"];
  const rules = [...kept, ":KUBE-SERVICES - [0:0]", "-A FORWARD -j FLANNEL-FWD", "-A X -j CNI-HOSTPORT-DNAT"];
  for (const tables of ["iptables", "ip6tables"]) {
    machine.stub(`${tables}-save`, { "": `${rules.join("\n")}\n` });
    machine.stub(`${tables}-restore`, { "": { shell: "input" } });
  }
  const restored = uninstall(machine).calls.filter((call) => call.name.endsWith("-restore"));
  expect(restored.map((call) => [call.name, call.input])).toEqual([
    ["iptables-restore", `${kept.join("\n")}\n`],
    ["ip6tables-restore", `${kept.join("\n")}\n`],
  ]);
});

test("a mark is there before anything is changed, and goes last", () => {
  const machine = node();
  const mark = machine.path("/etc/rancher/k3s/.removing");
  const marked = { shell: `test -e ${mark} || echo unmarked >&2` };
  machine.stub("systemctl", { "*": marked });
  machine.stub("ip", { "*": marked });
  expect(uninstall(machine)).toMatchObject({ code: 0, stderr: "" });
  expect(machine.has("/etc/rancher")).toBe(false);
});

test("one that was cut off when only its mark was left is completed", () => {
  const machine = node();
  uninstall(machine);
  machine.write("/etc/rancher/k3s/.removing", "");
  expect(uninstall(machine)).toMatchObject({ code: 0, stderr: "" });
  expect(machine.has("/etc/rancher")).toBe(false);
});

test("what keeps the tokens of snapshots goes before the snapshots do", () => {
  const machine = node();
  const units = ["path", "service"].map((kind) => `/etc/systemd/system/snapshot-tokens-k3s.${kind}`);
  const files = [...units, "/etc/rancher/k3s/keep-snapshot-tokens"];
  for (const file of files) machine.write(file, "");
  const outcome = uninstall(machine);
  const kept = ["path", "service"].map((kind) => `snapshot-tokens-k3s.${kind}`);
  const stopped = ["k3s", ...kept].flatMap((unit) => [`stop ${unit}`, `disable --quiet ${unit}`]);
  expect([outcome.code, outcome.linesOf("systemctl").slice(0, 6)]).toEqual([0, stopped]);
  expect(filesOf(machine, files)).toEqual([]);
});

test("what runs is stopped also where somebody has removed its unit's file, so that it cannot be disabled", () => {
  const machine = node();
  machine.remove("/etc/systemd/system/k3s.service");
  machine.stub("systemctl", systemd(1));
  const outcome = uninstall(machine);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.linesOf("systemctl").filter((line) => line.startsWith("stop"))).toEqual([
    "stop k3s",
    "stop snapshot-tokens-k3s.path",
    "stop snapshot-tokens-k3s.service",
  ]);
});
