import { all, type Facts } from "./facts";

/** The folders that k3s and this tool need; see scripts/probe-disks.sh. */
export const places = ["/", "/tmp", "/usr/local/bin", "/etc/rancher", "/var/lib/rancher/k3s"] as const;

export interface Place {
  path: string;
  /** Where its file system is mounted. */
  point: string;
  kind: string;
  options: string[];
  /** KiB. */
  free?: number;
}

export function placeOf(facts: Facts, path: (typeof places)[number]): Place | undefined {
  const line = all(facts, "place").find((each) => each.startsWith(`${path} `));
  if (line === undefined) return undefined;
  const [, point = "", kind = "", options = "", free = ""] = line.split(" ");
  return {
    path,
    point,
    kind,
    options: options.split(","),
    free: /^\d+$/.test(free) ? Number(free) : undefined,
  };
}
