import type { Facts } from "../facts";
import { placeOf, places } from "../place";
import { type Complaint, error, type Finding, type Seen, warning } from "../scene";

/** Whether the folders that k3s needs are fit for it. */
export const storage: Record<string, Finding> = {
  "root-read-only": error(rootReadOnly),
  "folder-read-only": error(folderReadOnly),
  "bin-noexec": error(binNoexec),
  "data-noexec": error(dataNoexec),
  "tmp-noexec": warning(tmpNoexec),
  "data-file-system": error(unfitFileSystem),
};

function is(facts: Facts, path: (typeof places)[number], option: string): boolean {
  return placeOf(facts, path)?.options.includes(option) ?? false;
}

function rootReadOnly({ facts }: Seen): Complaint | undefined {
  // Some systems are so by design, and keep writable what is needed.
  const others = places.filter((path) => path !== "/" && path !== "/tmp");
  if (!is(facts, "/", "ro") || others.every((path) => !is(facts, path, "ro"))) return undefined;
  return {
    what: "its root file system is read-only",
    remedy: "Look in its kernel's log (dmesg) for errors of the disk, repair it, and mount it for writing",
  };
}

function folderReadOnly({ facts }: Seen): Complaint | undefined {
  if (is(facts, "/", "ro")) return undefined;
  const closed = (["/usr/local/bin", "/etc/rancher", "/var/lib/rancher/k3s"] as const)
    .map((path) => placeOf(facts, path))
    .filter((place) => place?.options.includes("ro"));
  if (closed.length === 0) return undefined;
  return {
    what: `cannot write ${closed.map((place) => `${place?.path} (on ${place?.point})`).join(", ")}`,
    remedy: "Mount it for writing",
  };
}

function noexec(facts: Facts, path: (typeof places)[number], why: string): Complaint | undefined {
  const place = placeOf(facts, path);
  if (!place?.options.includes("noexec")) return undefined;
  return {
    what: `${path} lies on ${place.point}, which is mounted noexec; ${why}`,
    remedy: `Mount ${place.point} with exec`,
  };
}

function binNoexec({ facts }: Seen): Complaint | undefined {
  return noexec(facts, "/usr/local/bin", "k3s runs from there");
}

function dataNoexec({ facts }: Seen): Complaint | undefined {
  return noexec(facts, "/var/lib/rancher/k3s", "containerd and its shims run from there");
}

function tmpNoexec({ facts }: Seen): Complaint | undefined {
  return noexec(facts, "/tmp", "some installers and debuggers run from there");
}

const unfit: Record<string, RegExp> = {
  "a network file system, on which etcd and containerd are slow and break":
    /^(nfs|cifs|smb|9p$|ceph$|fuse\.|glusterfs)/,
  "an overlay, on which containerd cannot lay another": /^(overlay|aufs)$/,
  "memory, which a reboot empties": /^(tmpfs|ramfs)$/,
};

function unfitFileSystem({ facts }: Seen): Complaint | undefined {
  const place = placeOf(facts, "/var/lib/rancher/k3s");
  const [why] = Object.entries(unfit).find(([, kinds]) => place && kinds.test(place.kind)) ?? [];
  if (!place || !why) return undefined;
  return {
    what: `/var/lib/rancher/k3s lies on ${place.point}, ${why} (${place.kind})`,
    remedy: "Mount a local disk there, of ext4 or xfs",
  };
}
