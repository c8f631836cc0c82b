import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFacts } from "../../providers/preflight/facts";
import { parts, probe } from "../../providers/preflight/probe";
import { type StubMachine, stubMachine } from "./harness";

const variables = { TOOLS: "curl ps", MODULES: "overlay vxlan wireguard" };

function bare(): StubMachine {
  const machine = stubMachine();
  machine.stub("uname", { "-m": "x86_64\n", "-r": "6.1.0-13-amd64\n" });
  machine.stub("curl", {});
  machine.stub("modprobe", { "-n -q vxlan": "", "-n -q wireguard": 1 });
  machine.stub("timedatectl", { "show --property=NTPSynchronized --value": "yes\n" });
  machine.stub("systemctl", {
    "is-system-running": { shell: "echo degraded; exit 1" },
    "list-units --failed *": "apt-daily.service loaded failed failed Daily\n",
    "list-jobs *": "12 network-online.target start waiting\nNo jobs running.\n",
    "is-active --quiet firewalld": "",
    "is-active --quiet nm-cloud-setup": 3,
  });
  machine.write("/etc/os-release", 'NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="24.04"\nID_LIKE=debian\n');
  machine.write("/etc/machine-id", "0123456789abcdef\n");
  machine.write("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n");
  machine.write("/sys/class/dmi/id/product_uuid", "4C4C-0042\n");
  machine.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
  machine.write("/sys/fs/selinux/enforce", "1");
  machine.write("/sys/module/apparmor/parameters/enabled", "Y\n");
  machine.write("/usr/share/selinux/packages/k3s.pp", "");
  machine.write("/run/systemd/system/x", "");
  machine.write("/run/reboot-required", "");
  machine.write("/proc/sys/kernel/hostname", "s1\n");
  machine.write("/proc/sys/fs/inotify/max_user_instances", "128\n");
  machine.write("/proc/sys/fs/inotify/max_user_watches", "8192\n");
  machine.write("/proc/filesystems", "nodev\toverlay\n");
  machine.write("/proc/meminfo", "MemTotal:        2014432 kB\nMemFree: 1 kB\n");
  machine.write("/proc/cpuinfo", "processor\t: 0\nmodel\t: x\nprocessor\t: 1\n");
  machine.write("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n");
  return machine;
}

test("a machine is told line by line", () => {
  expect(bare().run("probe", variables)).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(
      /^os=ubuntu 24.04\nos_like=debian\narch=x86_64\nkernel=6.1.0-13-amd64\nmachine_id=0123456789abcdef\nproduct_uuid=4C4C-0042\nhostname=s1\ninotify_instances=128\ninotify_watches=8192\nmemory=2014432\ncpus=2\nswap=\/dev\/sda2 \ninit=systemd\nsystemd=degraded\nfailed=apt-daily.service \njobs=network-online.target \nactive=firewalld\nntp=yes\ncgroup=2\ncgroups=cpuset cpu io memory pids \nmissing=ps\nmodule=overlay loaded\nmodule=vxlan available\nmodule=wireguard absent\nactive=ufw\nselinux=1\napparmor=Y\nk3s_selinux=yes\nreboot=.*\/run\/reboot-required\n$/,
    ),
  });
});

test("nothing is changed", () => {
  const machine = bare();
  const before = machine.snapshot();
  machine.run("probe", variables);
  expect(machine.snapshot()).toEqual(before);
});

test("a machine that is nothing k3s could run on is told, too", () => {
  const machine = stubMachine();
  machine.stub("uname", { "-m": "riscv64\n", "-r": "3.10.0\n" });
  machine.stub("iptables", { "--version": "iptables v1.8.2 (legacy)\n" });
  machine.write("/proc/1/comm", "busybox\n");
  machine.write("/proc/cgroups", "#subsys_name hierarchy num_cgroups enabled\ncpu 1 1 1\nmemory 2 1 0\n");
  const outcome = machine.run("probe", variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(parseFacts(outcome.stdout)).toEqual({
    os: ["unknown"],
    os_like: [""],
    arch: ["riscv64"],
    kernel: ["3.10.0"],
    machine_id: [""],
    product_uuid: [""],
    hostname: [""],
    inotify_instances: [""],
    inotify_watches: [""],
    memory: [""],
    cpus: [""],
    swap: [""],
    init: ["busybox"],
    cgroup: ["1"],
    cgroups: ["cpu"],
    missing: ["curl", "ps"],
    iptables: ["iptables v1.8.2 (legacy)"],
    module: ["overlay unknown", "vxlan unknown", "wireguard unknown"],
    selinux: [""],
    apparmor: [""],
  });
});

test("the parts are sent as one script, the clock last", () => {
  const texts = parts.map((part) => readFileSync(join(__dirname, `../../scripts/${part}.sh`), "utf8"));
  expect(probe()).toEqual({ name: "probe", text: texts.join("\n") });
  expect(parts.at(-1)).toBe("probe-network");
});
