import { complaints } from "../../../providers/preflight/complaints";
import { fact, parseFacts } from "../../../providers/preflight/facts";
import { checklist } from "../../../providers/preflight/findings/checklist";
import type { Scene, Seen } from "../../../providers/preflight/scene";
import { ca, lateCa } from "./certificates";
import { scene, seen } from "./scene";

type Case = [name: string, machines: Seen[], text: string, more?: Partial<Scene>];

const s1 = (facts = {}, rest = {}) => seen("s1", facts, rest);
const at = (path: string, line: string) => {
  const places = s1().facts.place ?? [];
  return { place: places.map((each) => (each.startsWith(`${path} `) ? `${path} ${line}` : each)) };
};
const ours = (name: string, facts = {}) => seen(name, { owner: [`prod/${name}`], ...facts });

/** What the first machine is told of each finding, the whole text. */
const cases: Case[] = [
  [
    "hostname",
    [s1({ hostname: ["my_host"] })],
    'has the hostname "my_host", which names nothing. Give it one of letters, digits and hyphens: hostnamectl set-hostname',
  ],
  [
    "hostname",
    [s1({ hostname: ["localhost"] })],
    'has the hostname "localhost", which names nothing. Give it one of letters, digits and hyphens: hostnamectl set-hostname',
  ],
  [
    "hostname-duplicate",
    [s1({ hostname: ["Node"] }), seen("s2", { hostname: ["node"] })],
    "s1, s2 have the hostname node. Give each its own: hostnamectl set-hostname",
  ],
  [
    "node-name",
    [seen("S_1", { hostname: ["s1"] })],
    '"S_1" is no name of a node. Use lower-case letters, digits, hyphens and dots, with a letter or digit at both ends (DNS-1123)',
  ],
  [
    "node-name-duplicate",
    [s1(), seen("S1", { ...seen("s2").facts })],
    "the names s1, S1 differ only in case. Give each node a name of its own",
  ],
  [
    "machine-id",
    [s1({ machine_id: [""] })],
    "has no machine-id; 32 hexadecimal digits are needed. Run systemd-machine-id-setup there",
  ],
  [
    "machine-id",
    [s1({ machine_id: ["uninitialized"] })],
    "has the machine-id uninitialized; 32 hexadecimal digits are needed. Run systemd-machine-id-setup there",
  ],
  [
    "machine-id-duplicate",
    [s1(), seen("s2", { machine_id: s1().facts.machine_id ?? [] })],
    `s1, s2 have the machine-id ${"1".padStart(32, "a")}, as clones do. On all but one: rm /etc/machine-id, systemd-machine-id-setup, and reboot`,
  ],
  [
    "product-uuid-duplicate",
    [s1({ product_uuid: ["4C4C"] }), seen("s2", { product_uuid: ["4c4c"] })],
    "s1, s2 have the product UUID 4c4c. Give each virtual machine its own, in the hypervisor",
  ],
  [
    "same-machine",
    [s1(), seen("s2", s1().facts)],
    `s1, s2 are one machine, by its machine-id and its addresses 10.0.0.1. Name each machine once`,
  ],
  [
    "address-duplicate",
    [s1({}, { address: "10.0.0.1:22" }), seen("s2", {}, { address: "10.0.0.1:22" })],
    "s1, s2 have the address 10.0.0.1:22. Give each machine its own",
  ],
  [
    "address-duplicate",
    [
      s1({}, { nodeIp: "10.0.0.1" }),
      seen("s2", { address: ["eth0 10.0.0.1", "eth1 10.0.0.2"] }, { nodeIp: "10.0.0.1" }),
    ],
    "s1, s2 have the address 10.0.0.1. Give each machine its own",
  ],
  [
    "node-ip",
    [s1({}, { nodeIp: "10.0.0.9,fd00::1" })],
    "has no address 10.0.0.9, fd00::1, its nodeIp; it has 10.0.0.1. Correct nodeIp, or give the machine that address",
  ],
  [
    "owner",
    [s1({ owner: ["dev/s9"] })],
    "is node dev/s9 already, by /etc/rancher/k3s/owner; it would be prod/s1. Remove it there first, or use another machine",
  ],
  [
    "other-kubernetes",
    [s1({ rke2: ["/etc/rancher/rke2"], k0s: ["/etc/k0s", "/var/lib/k0s"] })],
    "another Kubernetes is installed: rke2 (/etc/rancher/rke2), k0s (/etc/k0s); it is not touched. Remove it with its own means, or use another machine",
  ],
  [
    "swarm",
    [s1({ swarm: ["/var/lib/docker/swarm/docker-state.json"] })],
    "is in a Docker swarm (/var/lib/docker/swarm/docker-state.json), which shares ports and rules with k3s. Leave it with docker swarm leave, or use another machine",
  ],
  [
    "other-k3s",
    [s1({ server_data: ["/var/lib/rancher/k3s/server/db"], ca: [ca.file] })],
    `holds a k3s that is not ours (/var/lib/rancher/k3s/server/db, no owner, CA ${ca.hash}); it is not touched. Keep what you need of it, then run k3s-uninstall.sh or k3s-agent-uninstall.sh, or use another machine`,
  ],
  [
    "other-k3s",
    [
      s1({
        agent_data: ["/var/lib/rancher/k3s/agent/client-kubelet.crt"],
        agent_ca: ["bm8gY2VydGlmaWNhdGU="],
      }),
    ],
    "holds a k3s that is not ours (/var/lib/rancher/k3s/agent/client-kubelet.crt, no owner); it is not touched. Keep what you need of it, then run k3s-uninstall.sh or k3s-agent-uninstall.sh, or use another machine",
  ],
  [
    "other-ca",
    [
      ours("s1", { ca: [ca.file] }),
      ours("s2", { ca: [ca.file] }),
      ours("s3", { ca: [lateCa.file], time: ["1900000000"] }),
    ],
    `has the CA ${ca.hash}; s3 has ${lateCa.hash}: two clusters under one name. Decide which one stays, and remove the other from its machines`,
  ],
  [
    "agent-ca",
    [ours("a2", { agent_ca: [lateCa.file] }), ours("s1", { ca: [ca.file] })],
    `its agent has certificates of another cluster, of the CA ${lateCa.hash}; this one's is ${ca.hash}. Move /var/lib/rancher/k3s/agent away, except images; it is made again`,
  ],
  [
    "unit-without-data",
    [s1({ server_unit: ["/etc/systemd/system/k3s.service"], binary: ["/usr/local/bin/k3s"] })],
    "has /etc/systemd/system/k3s.service, which is not ours and never ran. Remove what another installer began: k3s-uninstall.sh or k3s-agent-uninstall.sh",
  ],
  [
    "binary-without-unit",
    [s1({ binary: ["/usr/local/bin/k3s"] })],
    "has /usr/local/bin/k3s, which nothing starts. It is replaced; keep a copy if you need it",
  ],
  [
    "node-password",
    [s1({ password: ["/etc/rancher/node/password"] })],
    "has /etc/rancher/node/password of an earlier node; a cluster that knew it by another one refuses it. Remove the file, unless the node returns to that cluster under its name",
  ],
  [
    "os",
    [s1({ os: ["alpine 3.20"] })],
    "runs alpine 3.20; tried are Debian, Ubuntu, and the families of RHEL and SUSE. Use one of these, or go on if you know that k3s works there",
  ],
  [
    "architecture",
    [s1({ arch: ["riscv64"] })],
    "has the architecture riscv64; k3s is staged for x86_64 and aarch64. Use another machine",
  ],
  [
    "kernel",
    [s1({ kernel: ["3.10.0-1160.el7"] })],
    "runs kernel 3.10.0-1160.el7; 4.18 is the oldest that will do. Upgrade its system, and boot the new kernel",
  ],
  ["init", [s1({ init: ["busybox"] })], "has the init busybox; systemd is needed. Use a system with systemd"],
  [
    "systemd-state",
    [s1({ systemd: ["degraded"], failed: ["apt-daily.service cups.service"] })],
    "systemd is degraded: apt-daily.service, cups.service failed. Look with systemctl --failed, and correct or reset what failed",
  ],
  [
    "systemd-jobs",
    [s1({ jobs: ["network-online.target k3s.service"] })],
    "systemd has jobs that wait or run: network-online.target. Wait until the machine has started, or look with systemctl list-jobs for what hangs",
  ],
  [
    "reboot",
    [s1({ reboot: ["/run/reboot-required"] })],
    "waits for a reboot (/run/reboot-required). Reboot it before it carries anything",
  ],
  [
    "cgroups",
    [s1({ cgroups: ["cpuset cpu pids"] })],
    "lacks the cgroup controllers memory; it has cpuset, cpu, pids. Turn them on at boot (on a Raspberry Pi: cgroup_enable=memory cgroup_memory=1 in cmdline.txt)",
  ],
  [
    "cgroup-v1",
    [s1({ cgroup: ["1"] })],
    "has cgroup v1; v1.35.1+k3s1 does not start on it, as none from v1.35 on. Boot with systemd.unified_cgroup_hierarchy=1, or set the kubelet's failCgroupV1 to false and ignore this",
    { version: "v1.35.1+k3s1" },
  ],
  [
    "cgroup-v1-aging",
    [s1({ cgroup: ["1"] })],
    "has cgroup v1, which k3s refuses from v1.35 on. Boot with systemd.unified_cgroup_hierarchy=1 before you upgrade so far",
    { version: "v1.34.9+k3s1" },
  ],
  [
    "modules",
    [
      s1({
        module: [
          "br_netfilter absent",
          "overlay loaded",
          "vxlan absent",
          "ip_tables absent",
          "nf_tables available",
        ],
      }),
    ],
    "has no kernel module br_netfilter, vxlan. Install the rest of its kernel's modules (kernel-modules-extra on RHEL, linux-modules-extra on Ubuntu)",
  ],
  [
    "modules",
    [s1({ module: ["br_netfilter available", "ip_tables absent", "nf_tables absent"] })],
    "has no kernel module ip_tables, nf_tables. Install the rest of its kernel's modules (kernel-modules-extra on RHEL, linux-modules-extra on Ubuntu)",
  ],
  [
    "module-tree",
    [s1({ module: ["br_netfilter absent", "overlay loaded"] })],
    "finds no modules of its kernel 6.1.0-13-amd64, and br_netfilter not loaded. Reboot it if a newer kernel was installed; in a container, load them on its host",
  ],
  [
    "memory",
    [s1({ memory: ["1024000"] })],
    "has 1000 MiB of memory; a server needs 2048. Give it more, or lower minima",
  ],
  ["cpus", [s1({ cpus: ["1"] })], "has 1 CPU; a server needs 2. Give it more, or lower minima"],
  [
    "disk",
    [seen("a1", at("/var/lib/rancher/k3s", "/var ext4 rw 1048576"))],
    "has 1.0 GiB free at /var for /var/lib/rancher/k3s; an agent needs 2. Free some, mount a larger disk there, or lower minima",
  ],
  [
    "swap",
    [s1({ swap: ["/dev/sda2 /swapfile"] })],
    "swaps to /dev/sda2, /swapfile; a node that swaps is slow where it should be full. Turn it off with swapoff -a and in /etc/fstab",
  ],
  [
    "inotify",
    [s1({ inotify_instances: ["64"], inotify_watches: ["4096"] })],
    "has fs.inotify.max_user_instances 64; 128 is wanted, has fs.inotify.max_user_watches 4096; 8192 is wanted. Raise it in /etc/sysctl.d, and run sysctl --system",
  ],
  [
    "root-read-only",
    [
      s1({
        place: (s1().facts.place ?? []).map((line) => line.replace("rw,", "ro,")),
      }),
    ],
    "its root file system is read-only. Look in its kernel's log (dmesg) for errors of the disk, repair it, and mount it for writing",
  ],
  [
    "folder-read-only",
    [s1(at("/usr/local/bin", "/usr ext4 ro 1"))],
    "cannot write /usr/local/bin (on /usr). Mount it for writing",
  ],
  [
    "folder-read-only",
    [s1(at("/etc/rancher", "/etc ext4 ro 1"))],
    "cannot write /etc/rancher (on /etc). Mount it for writing",
  ],
  [
    "bin-noexec",
    [s1(at("/usr/local/bin", "/usr/local ext4 rw,noexec 1"))],
    "/usr/local/bin lies on /usr/local, which is mounted noexec; k3s runs from there. Mount /usr/local with exec",
  ],
  [
    "data-noexec",
    [s1(at("/var/lib/rancher/k3s", "/var ext4 rw,noexec 90000000"))],
    "/var/lib/rancher/k3s lies on /var, which is mounted noexec; containerd and its shims run from there. Mount /var with exec",
  ],
  [
    "tmp-noexec",
    [s1(at("/tmp", "/tmp tmpfs rw,noexec 1"))],
    "/tmp lies on /tmp, which is mounted noexec; some installers and debuggers run from there. Mount /tmp with exec",
  ],
  ...(
    [
      ["nfs4", "a network file system, on which etcd and containerd are slow and break"],
      ["overlay", "an overlay, on which containerd cannot lay another"],
      ["tmpfs", "memory, which a reboot empties"],
    ] as const
  ).map(
    ([kind, why]): Case => [
      "data-file-system",
      [s1(at("/var/lib/rancher/k3s", `/data ${kind} rw 90000000`))],
      `/var/lib/rancher/k3s lies on /data, ${why} (${kind}). Mount a local disk there, of ext4 or xfs`,
    ],
  ),
  [
    "route",
    [s1({ route: [] })],
    "has no default route; k3s takes its address from it. Add one, if only to a dummy link: ip link add dummy0 type dummy, an address for it, ip route add default dev dummy0",
  ],
  [
    "localhost",
    [s1({ unresolved: ["localhost"] })],
    "does not resolve localhost. Write 127.0.0.1 localhost into /etc/hosts",
  ],
  [
    "own-name",
    [s1({ unresolved: ["hostname"] })],
    "does not resolve its own hostname s1; sudo and others wait for that. Write 127.0.1.1 s1 into /etc/hosts",
  ],
  ...(
    [
      ["5", "does not resolve its proxy", "Correct the proxy's name in the machine's environment"],
      ["6", "does not resolve the host of", "Correct /etc/resolv.conf, or the name"],
      ["7", "is refused by", "Check that it listens, and the firewalls on the way"],
      ["28", "gets no answer in time from", "Check the address, the route, and the firewalls on the way"],
      ["35", "cannot speak TLS with", "Check that the port is one of TLS"],
      [
        "60",
        "does not trust the certificate of",
        "Install its CA on the machine (update-ca-certificates, update-ca-trust)",
      ],
      ["56", "cannot fetch from", "Try curl there, which ends with 56"],
    ] as const
  ).map(
    ([code, what, remedy]): Case => [
      "mirror",
      [s1({ mirror: [code] })],
      `${what} https://mirror.example/k3s. ${remedy}`,
      { mirror: "https://me:hidden@mirror.example/k3s?key=hidden" },
    ],
  ),
  [
    "ports",
    [s1({ busy: ["6443 haproxy", "10250"] })],
    "something listens on port 6443 by haproxy, port 10250 by another network namespace or the kernel. Stop it, or move it to another port (ss -ltnp shows it)",
  ],
  [
    "ports",
    [ours("s1", { busy: ["2379 etcd", "6443 k3s-server"] })],
    "something listens on port 2379 by etcd. Stop it, or move it to another port (ss -ltnp shows it)",
  ],
  [
    "firewall",
    [s1({ active: ["ufw"] })],
    "has ufw active; a server needs 6443/tcp, 2379:2380/tcp, 10250/tcp, 8472/udp open. Open these to the other machines, and trust 10.42.0.0/16 and 10.43.0.0/16, or turn it off",
  ],
  [
    "firewall",
    [seen("a1", { active: ["firewalld"] })],
    "has firewalld active; an agent needs 10250/tcp, 51820/udp open. Open these to the other machines, and trust 10.42.0.0/16 and 10.43.0.0/16, or turn it off",
    { flannelBackend: "wireguard-native" },
  ],
  [
    "cloud-routes",
    [s1({ active: ["nm-cloud-setup"] })],
    "runs nm-cloud-setup, whose routes break those of pods. Disable nm-cloud-setup.service and nm-cloud-setup.timer, and reboot",
  ],
  [
    "peer-blocked",
    [s1({ peer: ["s2 6443 filtered", "s2 2379 refused", "s2 2380 rejected", "s2 10250 open"] }), seen("s2")],
    "does not reach s2:2380 (rejected on the way), s2:6443 (no answer). Open these ports in the firewalls on the way",
  ],
  [
    "peer-kubelet-blocked",
    [s1({ peer: ["a2 10250 filtered"] }), seen("a2")],
    "does not reach the kubelet of a2:10250 (no answer); kubectl logs and exec will fail there. Open this port in the firewalls on the way",
  ],
  [
    "peer-silent",
    [s1({ peer: ["s9 6443 filtered"] })],
    "does not reach s9:6443 (no answer). Check that these machines are up, and the firewalls on the way",
  ],
  [
    "clock-skew",
    [s1({}, { ahead: -31 }), seen("s2"), seen("s3", {}, { ahead: 1 })],
    "its clock is 31 s behind the median of all machines; 30 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  ],
  [
    "clock-skew",
    [s1({}, { ahead: 7_200 }), seen("s2")],
    "its clock is 2.0 h before this computer's clock; 30 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  ],
  [
    "clock-skew",
    [s1({}, { ahead: -864_000 })],
    "its clock is 10 days behind this computer's clock; 30 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  ],
  [
    "clock-drift",
    [s1({}, { ahead: 6 })],
    "its clock is 6 s before this computer's clock; 5 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  ],
  [
    "clock-before-ca",
    [s1(), ours("s2", { ca: [lateCa.file], time: ["1900000000"] })],
    "its clock says 2026-11-18T11:06:40Z; the cluster's CA is valid from 2027-01-01T00:00:00Z on. Set its clock (timedatectl set-ntp true)",
  ],
  [
    "ntp",
    [s1({ ntp: ["no"] })],
    "nothing sets its clock: it is not synchronised by NTP. Turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  ],
  ...(
    [
      ["curl", "curl", "k3s is fetched and verified with it"],
      ["curl", "sha256sum", "k3s is fetched and verified with it"],
      ["ps", "ps", "a node's pods are found with it when it is removed (procps)"],
      ["mount-tools", "mount", "the kubelet mounts volumes with it"],
      ["ip", "ip", "a node's links are found with it when it is removed (iproute2)"],
      ["iptables", "iptables", "k3s brings its own, and its rules are then hard to see"],
    ] as const
  ).map(
    ([name, command, why]): Case => [
      name,
      [s1({ missing: [command] })],
      `has no ${command}; ${why}. Install it with the machine's package manager`,
    ],
  ),
  [
    "iptables-version",
    [s1({ iptables: ["iptables v1.8.4 (nf_tables)"] })],
    "has iptables 1.8.4; 1.8.0 to 1.8.4 write rules twice. Upgrade it to 1.8.5 or newer, or set prefer-bundled-bin: true",
  ],
  [
    "selinux",
    [s1({ selinux: ["1"] })],
    "SELinux is enforcing, without a policy for k3s. Install k3s-selinux and container-selinux from https://rpm.rancher.io",
  ],
  [
    "apparmor",
    [s1({ apparmor: ["Y"], missing: ["apparmor_parser"] })],
    "AppArmor is on, without apparmor_parser; containers may not start. Install apparmor-parser (on Debian and Ubuntu: apparmor)",
  ],
];

const told = (machines: Seen[], more?: Partial<Scene>) =>
  complaints(scene(machines, more), {})
    .filter(({ machine }) => machine === machines[0]?.name)
    .map(({ name, what, remedy }) => [name, `${what}. ${remedy}`]);

/** A test with fewer arguments than its function has would be given a callback. */
const full = cases.map(([name, machines, text, more = {}]) => [name, machines, text, more] as const);

test.each(full)("%s is found, and nothing else", (name, machines, text, more) => {
  expect(told(machines, more)).toEqual([[name, text]]);
});

test("every finding has a case in which it is found", () => {
  expect([...new Set(cases.map(([name]) => name))].sort()).toEqual(Object.keys(checklist).sort());
});

const fine: [string, Seen[], Partial<Scene>?][] = [
  ["bare machines", [s1(), seen("s2"), seen("s3"), seen("a4")]],
  ["a system that says whom it is like", [s1({ os: ["raspbian 12"], os_like: ["debian"] })]],
  [
    "the families of RHEL and SUSE",
    [s1({ os: ["rocky 9.4"], os_like: ["rhel centos fedora"] }), seen("s2", { os: ["opensuse-leap 15.6"] })],
  ],
  ["the kernel of RHEL 8", [s1({ kernel: ["4.18.0-553.el8"] })]],
  ["a machine that is sold with 2 GiB", [s1({ memory: ["1750000"] })]],
  ["an agent that is smaller than a server", [seen("a1", { memory: ["498000"], cpus: ["1"] })]],
  [
    "what the user says is enough",
    [s1({ cpus: ["1"] })],
    {
      minima: { server: { cpus: 1, memoryMiB: 1, diskGiB: 0 }, agent: { cpus: 1, memoryMiB: 1, diskGiB: 0 } },
    },
  ],
  ["a node of ours with a full disk", [ours("s1", at("/var/lib/rancher/k3s", "/var ext4 rw 1"))]],
  [
    "this very node",
    [
      ours("s1", {
        busy: ["6443 k3s-server", "10250 k3s-server", "2379"],
        binary: ["/usr/local/bin/k3s"],
        server_unit: ["/etc/systemd/system/k3s.service"],
        server_data: ["/var/lib/rancher/k3s/server/db"],
        agent_data: ["/var/lib/rancher/k3s/agent/client-kubelet.crt"],
        password: ["/etc/rancher/node/password"],
        ca: [ca.file],
        agent_ca: [ca.file],
      }),
      ours("s2", { ca: [ca.file] }),
    ],
  ],
  ["a half of this very node", [ours("s1", { server_unit: ["/x"], binary: ["/y"], password: ["/z"] })]],
  ["its own nodeIp", [s1({ address: ["eth0 10.0.0.1", "eth0 fd00::1"] }, { nodeIp: "10.0.0.1,fd00::1" })]],
  ["a machine that does not tell its addresses", [s1({ address: [] }, { nodeIp: "10.0.0.9" })]],
  ["clones without a product UUID", [s1({ product_uuid: [""] }), seen("s2", { product_uuid: [""] })]],
  [
    "addresses of containers that are the same everywhere",
    [
      s1({ address: ["cni0 10.42.0.1", "eth0 10.0.0.1"] }),
      seen("s2", { address: ["cni0 10.42.0.1", "eth0 10.0.0.2"] }),
    ],
  ],
  ["clocks that differ by five seconds", [s1({}, { ahead: 5 }), seen("s2"), seen("s3", {}, { ahead: -5 })]],
  [
    "clocks that agree, where this computer's does not",
    [s1({}, { ahead: 90 }), seen("s2", {}, { ahead: 90 }), seen("s3", {}, { ahead: 91 })],
  ],
  ["a machine without timedatectl", [s1({ ntp: [] })]],
  ["a kernel that knows its modules by itself", [s1({ module: ["overlay loaded", "vxlan unknown"] })]],
  ["a root file system that is read-only by design", [s1(at("/", "/ ext4 ro 1"))]],
  [
    "SELinux with its policy, or permissive",
    [s1({ selinux: ["1"], k3s_selinux: ["yes"] }), seen("s2", { selinux: ["0"] })],
  ],
  [
    "AppArmor with its parser, or off without",
    [s1({ apparmor: ["Y"] }), seen("s2", { missing: ["apparmor_parser"] })],
  ],
  [
    "iptables that writes its rules once",
    [s1({ iptables: ["iptables v1.8.10 (legacy)"] }), seen("s2", { iptables: ["iptables v1.6.1"] })],
  ],
  [
    "ways that are open, whether somebody listens or not",
    [s1({ peer: ["s2 6443 open", "s2 2379 refused"] }), seen("s2")],
  ],
  ["a mirror that answers, and none", [s1({ mirror: ["0"] })], { mirror: "https://mirror.example" }],
  ["cgroup v2 with any version", [s1()], { version: "v1.40.0+k3s1" }],
  ["a system that starts", [s1({ systemd: ["starting"], jobs: ["k3s.service"] })]],
];

test.each(fine.map(([what, machines, more = {}]) => [what, machines, more] as const))(
  "nothing is wrong with %s",
  (_, machines, more) => {
    expect(complaints(scene(machines, more), {})).toEqual([]);
  },
);

test("an override changes a finding's level, or leaves it out", () => {
  const machines = [s1({ swap: ["/dev/sda2"], cpus: ["1"], ntp: ["no"] })];
  const found = complaints(scene(machines), { swap: "error", cpus: "warning", ntp: "ignore" });
  expect(found.map(({ name, level }) => [name, level])).toEqual([
    ["cpus", "warning"],
    ["swap", "error"],
  ]);
});

test("facts are lines of name=value; a value may hold an equals sign, and a name come again", () => {
  const facts = parseFacts("arch=x86_64\nnoise\nodd=a=b \nbusy=1\nbusy=2\n");
  expect(facts).toEqual({ arch: ["x86_64"], odd: ["a=b"], busy: ["1", "2"] });
  expect([fact(facts, "busy"), fact(facts, "none")]).toEqual(["1", ""]);
});
