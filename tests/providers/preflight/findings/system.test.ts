import { system } from "../../../../providers/preflight/findings/system";
import { s1, seen } from "../scene";
import { findingTests } from "./cases";

findingTests(system, {
  found: [
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
    [
      "init",
      [s1({ init: ["busybox"] })],
      "has the init busybox; systemd is needed. Use a system with systemd",
    ],
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
  ],
  fine: [
    ["a system that says whom it is like", [s1({ os: ["raspbian 12"], os_like: ["debian"] })]],
    [
      "the families of RHEL and SUSE",
      [
        s1({ os: ["rocky 9.4"], os_like: ["rhel centos fedora"] }),
        seen("s2", { os: ["opensuse-leap 15.6"] }),
      ],
    ],
    ["the kernel of RHEL 8", [s1({ kernel: ["4.18.0-553.el8"] })]],
    ["a kernel that knows its modules by itself", [s1({ module: ["overlay loaded", "vxlan unknown"] })]],
    ["cgroup v2 with any version", [s1()], { version: "v1.40.0+k3s1" }],
    ["a system that starts", [s1({ systemd: ["starting"], jobs: ["k3s.service"] })]],
  ],
});
