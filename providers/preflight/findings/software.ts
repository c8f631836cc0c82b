import { all, fact } from "../facts";
import { type Complaint, error, type Finding, type Seen, warning } from "../scene";

/** Whether the commands and policies are there that k3s and its removal need. */
export const software: Record<string, Finding> = {
  curl: error((machine) =>
    missing(machine, ["curl", "sha256sum"], "what comes to a machine is fetched and verified with it"),
  ),
  ps: error((machine) =>
    missing(machine, ["ps"], "a node's pods are found with it when it is removed (procps)"),
  ),
  flock: error((machine) =>
    missing(machine, ["flock"], "whoever changes the cluster holds its lock with it (util-linux)"),
  ),
  "mount-tools": error((machine) =>
    missing(machine, ["mount", "umount"], "the kubelet mounts volumes with it"),
  ),
  ip: error((machine) =>
    missing(machine, ["ip"], "a machine's links and addresses are told and removed with it (iproute2)"),
  ),
  iptables: warning((machine) =>
    missing(machine, ["iptables"], "k3s brings its own, and its rules are then hard to see"),
  ),
  "iptables-version": warning(brokenIptables),
  selinux: error(noPolicy),
  apparmor: warning(noParser),
};

function missing({ facts }: Seen, commands: string[], why: string): Complaint | undefined {
  const absent = commands.filter((command) => all(facts, "missing").includes(command));
  if (absent.length === 0) return undefined;
  return {
    what: `has no ${absent.join(", ")}; ${why}`,
    remedy: "Install it with the machine's package manager",
  };
}

function brokenIptables({ facts }: Seen): Complaint | undefined {
  const [, version, patch] = /v(1\.8\.(\d+))/.exec(fact(facts, "iptables")) ?? [];
  if (version === undefined || Number(patch) > 4) return undefined;
  return {
    what: `has iptables ${version}; 1.8.0 to 1.8.4 write rules twice`,
    remedy: "Upgrade it to 1.8.5 or newer, or set prefer-bundled-bin: true",
  };
}

function noPolicy({ facts }: Seen): Complaint | undefined {
  if (fact(facts, "selinux") !== "1" || all(facts, "k3s_selinux").length > 0) return undefined;
  return {
    what: "SELinux is enforcing, without a policy for k3s",
    remedy: "Install k3s-selinux and container-selinux from https://rpm.rancher.io",
  };
}

function noParser({ facts }: Seen): Complaint | undefined {
  if (!/^Y/i.test(fact(facts, "apparmor")) || !all(facts, "missing").includes("apparmor_parser"))
    return undefined;
  return {
    what: "AppArmor is on, without apparmor_parser; containers may not start",
    remedy: "Install apparmor-parser (on Debian and Ubuntu: apparmor)",
  };
}
