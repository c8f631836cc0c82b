import { resources } from "../../../../providers/preflight/findings/resources";
import { at, ours, s1, seen } from "../scene";
import { findingTests } from "./cases";

findingTests(resources, {
  found: [
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
  ],
  fine: [
    ["a machine that is sold with 2 GiB", [s1({ memory: ["1750000"] })]],
    ["an agent that is smaller than a server", [seen("a1", { memory: ["498000"], cpus: ["1"] })]],
    [
      "what the user says is enough",
      [s1({ cpus: ["1"] })],
      {
        minima: {
          server: { cpus: 1, memoryMiB: 1, diskGiB: 0 },
          agent: { cpus: 1, memoryMiB: 1, diskGiB: 0 },
        },
      },
    ],
    ["a node of ours with a full disk", [ours("s1", at("/var/lib/rancher/k3s", "/var ext4 rw 1"))]],
  ],
});
