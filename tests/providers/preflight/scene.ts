import type { Role } from "../../../k3s/config";
import { minima } from "../../../k3s/requirements";
import type { Facts } from "../../../providers/preflight/facts";
import type { Scene, Seen } from "../../../providers/preflight/scene";

/** A machine that nothing is wrong with; no two of these share anything they must not share. */
export function good(name: string): Facts {
  const number = name.replace(/\D/g, "") || "0";
  return {
    os: ["debian 12"],
    os_like: [""],
    arch: ["x86_64"],
    kernel: ["6.1.0-13-amd64"],
    machine_id: [number.padStart(32, "a")],
    product_uuid: [`UUID-${name}`],
    hostname: [name],
    inotify_instances: ["128"],
    inotify_watches: ["65536"],
    memory: ["4028864"],
    cpus: ["2"],
    swap: [""],
    init: ["systemd"],
    systemd: ["running"],
    failed: [""],
    jobs: [""],
    ntp: ["yes"],
    cgroup: ["2"],
    cgroups: ["cpuset cpu io memory pids"],
    iptables: ["iptables v1.8.9 (nf_tables)"],
    module: ["br_netfilter available", "overlay loaded", "ip_tables absent", "nf_tables available"],
    selinux: [""],
    apparmor: ["N"],
    place: [
      "/ / ext4 rw,relatime 50000000",
      "/tmp / ext4 rw,relatime 50000000",
      "/usr/local/bin / ext4 rw,relatime 50000000",
      "/etc/rancher / ext4 rw,relatime 50000000",
      "/var/lib/rancher/k3s / ext4 rw,relatime 50000000",
    ],
    owner: [""],
    address: ["lo 127.0.0.1", `eth0 10.0.0.${number}`, "docker0 172.17.0.1"],
    route: ["eth0"],
    resolves: ["hostname", "localhost"],
    time: ["1795000000"],
  };
}

export function seen(name: string, more: Facts = {}, rest: Partial<Seen> = {}): Seen {
  const role: Role = name.startsWith("a") ? "agent" : "server";
  return { name, role, address: `${name}.example:22`, ahead: 0, facts: { ...good(name), ...more }, ...rest };
}

export function s1(facts: Facts = {}, rest: Partial<Seen> = {}): Seen {
  return seen("s1", facts, rest);
}

/** A node that this cluster has already. */
export function ours(name: string, facts: Facts = {}): Seen {
  return seen(name, { owner: [`prod/${name}`], ...facts });
}

/** What a path lies on, in place of what it lies on otherwise. */
export function at(path: string, line: string): Facts {
  const places = s1().facts.place ?? [];
  return { place: places.map((each) => (each.startsWith(`${path} `) ? `${path} ${line}` : each)) };
}

export function scene(machines: Seen[], more: Partial<Scene> = {}): Scene {
  const settings = { version: "v1.33.3+k3s1", minima, flannelBackend: "vxlan", etcd: true };
  return { cluster: "prod", ...settings, machines, ...more };
}
