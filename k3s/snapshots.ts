import type { Snapshots } from "../manifest/snapshots";

/** The keys of k3s's configuration file for what the manifest says of snapshots. */
export const snapshotKeys = {
  schedule: "etcd-snapshot-schedule-cron",
  retention: "etcd-snapshot-retention",
  compress: "etcd-snapshot-compress",
  folder: "etcd-snapshot-dir",
} as const;

export const noSnapshots = "etcd-disable-snapshots";

/** What is not said stays k3s's own. */
export function snapshotSettings(
  snapshots: Snapshots | undefined,
): Record<string, string | number | boolean> {
  if (snapshots === false) return { [noSnapshots]: true };
  const given = Object.entries(snapshotKeys).map(([field, key]) => [
    key,
    snapshots?.[field as keyof typeof snapshotKeys],
  ]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
