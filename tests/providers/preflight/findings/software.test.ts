import { software } from "../../../../providers/preflight/findings/software";
import { s1, seen } from "../scene";
import { type Case, findingTests } from "./cases";

findingTests(software, {
  found: [
    ...(
      [
        ["curl", "curl", "what comes to a machine is fetched and verified with it"],
        ["curl", "sha256sum", "what comes to a machine is fetched and verified with it"],
        ["ps", "ps", "a node's pods are found with it when it is removed (procps)"],
        ["flock", "flock", "whoever changes the cluster holds its lock with it (util-linux)"],
        ["mount-tools", "mount", "the kubelet mounts volumes with it"],
        ["ip", "ip", "a machine's links and addresses are told and removed with it (iproute2)"],
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
  ],
  fine: [
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
  ],
});
