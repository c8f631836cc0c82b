import { storage } from "../../../../providers/preflight/findings/storage";
import { at, s1 } from "../scene";
import { type Case, findingTests } from "./cases";

findingTests(storage, {
  found: [
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
  ],
  fine: [["a root file system that is read-only by design", [s1(at("/", "/ ext4 ro 1"))]]],
});
