import {
  architectures,
  cgroupControllers,
  cgroupV1RefusedFrom,
  minorOf,
  oldestKernel,
} from "../../../k3s/requirements";
import { all, type Facts, fact, words } from "../facts";
import { type Complaint, error, type Finding, type Scene, type Seen, warning } from "../scene";

const families =
  /\b(debian|ubuntu|rhel|fedora|centos|rocky|almalinux|ol|amzn|suse|sles|opensuse\S*|sle-micro)\b/;

/** What the machine runs. */
export const system: Record<string, Finding> = {
  os: warning(otherOs),
  architecture: error(otherArchitecture),
  kernel: error(oldKernel),
  init: error(otherInit),
  "systemd-state": warning(degraded),
  "systemd-jobs": warning(jobs),
  reboot: warning(pendingReboot),
  cgroups: error(missingCgroups),
  "cgroup-v1": error(refusedCgroupV1),
  "cgroup-v1-aging": warning(agingCgroupV1),
  modules: error(missingModules),
  "module-tree": warning(noModuleTree),
};

function otherOs({ facts }: Seen): Complaint | undefined {
  const os = fact(facts, "os");
  if (families.test(`${os} ${fact(facts, "os_like")}`)) return undefined;
  return {
    what: `runs ${os || "an unknown system"}; tried are Debian, Ubuntu, and the families of RHEL and SUSE`,
    remedy: "Use one of these, or go on if you know that k3s works there",
  };
}

function otherArchitecture({ facts }: Seen): Complaint | undefined {
  const arch = fact(facts, "arch");
  if (architectures.includes(arch)) return undefined;
  return {
    what: `has the architecture ${arch || "unknown"}; k3s is staged for ${architectures.join(" and ")}`,
    remedy: "Use another machine",
  };
}

function oldKernel({ facts }: Seen): Complaint | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(fact(facts, "kernel")) ?? [];
  if (major === undefined) return undefined;
  const [oldMajor, oldMinor] = oldestKernel;
  if (Number(major) > oldMajor || (Number(major) === oldMajor && Number(minor) >= oldMinor)) return undefined;
  return {
    what: `runs kernel ${fact(facts, "kernel")}; ${oldMajor}.${oldMinor} is the oldest that will do`,
    remedy: "Upgrade its system, and boot the new kernel",
  };
}

function otherInit({ facts }: Seen): Complaint | undefined {
  const init = fact(facts, "init");
  if (init === "systemd") return undefined;
  return {
    what: `has the init ${init || "unknown"}; systemd is needed`,
    remedy: "Use a system with systemd",
  };
}

function degraded({ facts }: Seen): Complaint | undefined {
  const state = fact(facts, "systemd");
  if (!["degraded", "maintenance", "stopping"].includes(state)) return undefined;
  const failed = words(facts, "failed");
  return {
    what: `systemd is ${state}${failed.length > 0 ? `: ${failed.join(", ")} failed` : ""}`,
    remedy: "Look with systemctl --failed, and correct or reset what failed",
  };
}

function jobs({ facts }: Seen): Complaint | undefined {
  const waiting = words(facts, "jobs").filter((unit) => !unit.startsWith("k3s"));
  if (waiting.length === 0) return undefined;
  return {
    what: `systemd has jobs that wait or run: ${waiting.slice(0, 5).join(", ")}`,
    remedy: "Wait until the machine has started, or look with systemctl list-jobs for what hangs",
  };
}

function pendingReboot({ facts }: Seen): Complaint | undefined {
  const marker = fact(facts, "reboot");
  if (!marker) return undefined;
  return { what: `waits for a reboot (${marker})`, remedy: "Reboot it before it carries anything" };
}

function missingCgroups({ facts }: Seen): Complaint | undefined {
  const present = words(facts, "cgroups");
  const missing = cgroupControllers.filter((name) => !present.includes(name));
  if (missing.length === 0) return undefined;
  return {
    what: `lacks the cgroup controllers ${missing.join(", ")}; it has ${present.join(", ") || "none"}`,
    remedy: "Turn them on at boot (on a Raspberry Pi: cgroup_enable=memory cgroup_memory=1 in cmdline.txt)",
  };
}

const isV1 = (facts: Facts) => fact(facts, "cgroup") === "1";

function refusedCgroupV1({ facts }: Seen, { version = "" }: Scene): Complaint | undefined {
  if (!isV1(facts) || (minorOf(version) ?? 0) < cgroupV1RefusedFrom) return undefined;
  return {
    what: `has cgroup v1; ${version} does not start on it, as none from v1.${cgroupV1RefusedFrom} on`,
    remedy:
      "Boot with systemd.unified_cgroup_hierarchy=1, or set the kubelet's failCgroupV1 to false and ignore this",
  };
}

function agingCgroupV1({ facts }: Seen, { version = "" }: Scene): Complaint | undefined {
  if (!isV1(facts) || (minorOf(version) ?? 0) >= cgroupV1RefusedFrom) return undefined;
  return {
    what: `has cgroup v1, which k3s refuses from v1.${cgroupV1RefusedFrom} on`,
    remedy: "Boot with systemd.unified_cgroup_hierarchy=1 before you upgrade so far",
  };
}

/** Modules by their state: loaded, available, absent or unknown. */
function modules(facts: Facts) {
  const states = all(facts, "module").map((line) => line.split(" "));
  const named = (state: string) => states.filter(([, its]) => its === state).map(([name = ""]) => name);
  const tables = named("absent").filter((name) => /^(ip|nf)_tables$/.test(name));
  // Either of the two carries iptables.
  const absent = named("absent").filter((name) => tables.length > 1 || !tables.includes(name));
  return { absent, available: [...named("available"), ...(tables.length === 1 ? ["tables"] : [])] };
}

function missingModules({ facts }: Seen): Complaint | undefined {
  const { absent, available } = modules(facts);
  if (absent.length === 0 || available.length === 0) return undefined;
  return {
    what: `has no kernel module ${absent.join(", ")}`,
    remedy:
      "Install the rest of its kernel's modules (kernel-modules-extra on RHEL, linux-modules-extra on Ubuntu)",
  };
}

function noModuleTree({ facts }: Seen): Complaint | undefined {
  const { absent, available } = modules(facts);
  if (absent.length === 0 || available.length > 0) return undefined;
  return {
    what: `finds no modules of its kernel ${fact(facts, "kernel")}, and ${absent.join(", ")} not loaded`,
    remedy: "Reboot it if a newer kernel was installed; in a container, load them on its host",
  };
}
