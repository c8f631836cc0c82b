import type { Datastore } from "../manifest/datastore";
import type { Snapshots } from "../manifest/snapshots";
import { type NodeConfig, paths } from "./config";

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

const ownFolder = `${paths.data}/server/db/snapshots`;

/** Where a server puts its snapshots of etcd; nothing where it has no etcd. */
export function snapshotFolder(
  { role, extra = {} }: Pick<NodeConfig, "role" | "extra">,
  datastore: Datastore = { kind: "etcd" },
): string | undefined {
  if (role === "agent" || datastore.kind !== "etcd") return undefined;
  return String(extra[snapshotKeys.folder] ?? ownFolder);
}

/** Where the token of a snapshot is kept. */
export function keptToken(snapshot: string): string {
  return `${paths.data}/server/db/snapshot-tokens/${snapshot.split("/").at(-1)}`;
}

export const keeperUnit = "snapshot-tokens-k3s";

/**
 * What has systemd keep a token beside each snapshot, as texts of its units; and the folder, where k3s does not make it. No
 * name of a unit begins with k3s: its k3s-killall.sh stops every unit that does.
 */
export function snapshotKeeper(folder: string): Record<"service" | "path" | "folder", string> {
  return { service: keeperService, path: keeperPath(folder), folder: folder === ownFolder ? "" : folder };
}

/** It is started as often as the folder changes; with a limit systemd would look at the folder no more. */
const keeperService = `[Unit]
Description=Keep the tokens that snapshots of etcd need
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh /etc/rancher/k3s/keep-snapshot-tokens

[Install]
WantedBy=multi-user.target
`;

function keeperPath(folder: string): string {
  return `[Unit]
Description=Snapshots of etcd that come and go

[Path]
PathChanged=${folder.replaceAll("%", "%%")}

[Install]
WantedBy=multi-user.target
`;
}
