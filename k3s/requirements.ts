import type { Role } from "./config";

/** What a machine needs for a role. */
export interface Minimum {
  cpus: number;
  memoryMiB: number;
  /** Free where k3s keeps its data. */
  diskGiB: number;
}

/** CPUs and memory are those of k3s's documentation; the disk holds its images, etcd and some logs. */
export const minima: Record<Role, Minimum> = {
  server: { cpus: 2, memoryMiB: 2048, diskGiB: 4 },
  agent: { cpus: 1, memoryMiB: 512, diskGiB: 2 },
};

/** The kernel and the firmware keep some of what a machine is sold with. */
export const memoryTold = 0.8;

export const architectures = ["x86_64", "aarch64"];
export const cgroupControllers = ["cpu", "cpuset", "memory", "pids"];

/** The oldest kernel that Kubernetes is still tried on, that of RHEL 8. */
export const oldestKernel = [4, 18] as const;

/** From this minor release of Kubernetes on a kubelet does not start on cgroup v1, unless it is told to. */
export const cgroupV1RefusedFrom = 35;

/** What kernels have by default; less starves the kubelet, which then waits without a word. */
export const inotify = { instances: 128, watches: 8192 };

/** Those of etcd, which runs on servers that keep the cluster's state themselves. */
const etcdPorts = [2379, 2380];

/** The TCP ports that k3s listens on. */
export function ports(role: Role, etcd: boolean): number[] {
  return role === "server" ? [6443, ...(etcd ? etcdPorts : []), 10250] : [6444, 10250];
}

/** The TCP ports of one node that another must reach. */
export function portsFor(from: Role, to: Role, etcd: boolean): number[] {
  if (to === "agent") return from === "server" ? [10250] : [];
  return from === "server" ? ports("server", etcd) : [6443];
}

/** What a firewall must let through, in its own words. */
export function openings(role: Role, backend: string, etcd: boolean): string[] {
  const tunnel: Record<string, string[]> = { vxlan: ["8472/udp"], "wireguard-native": ["51820/udp"] };
  const state = etcd ? ["2379:2380/tcp"] : [];
  const server = role === "server" ? ["6443/tcp", ...state] : [];
  return [...server, "10250/tcp", ...(tunnel[backend] ?? [])];
}

/** Modules of the kernel that k3s loads or expects; of ip_tables and nf_tables one will do. */
export function kernelModules(backend: string): string[] {
  const tunnel: Record<string, string[]> = { vxlan: ["vxlan"], "wireguard-native": ["wireguard"] };
  return ["br_netfilter", "overlay", "nf_conntrack", "ip_tables", "nf_tables", ...(tunnel[backend] ?? [])];
}

/** The commands that this tool, k3s or its removal needs on a machine. */
export const tools = [
  "curl",
  "sha256sum",
  "ps",
  "flock",
  "ip",
  "mount",
  "umount",
  "iptables",
  "apparmor_parser",
];

/** The minor release in a version such as v1.33.3+k3s1. */
export function minorOf(version: string): number | undefined {
  const [, minor] = /^v1\.(\d+)\./.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}
