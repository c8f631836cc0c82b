import { noSnapshots, snapshotKeys } from "../k3s/snapshots";
import { keysIn } from "./compare-config";
import { poolsOf, type WrittenMachine } from "./every-machine";
import { type Found, valueAt } from "./place";

/** What is wrong between the snapshots and the rest of the manifest. */
export function compareSnapshots(manifest: unknown, machines: WrittenMachine[]): Found[] {
  const snapshots = valueAt(manifest, ["snapshots"]);
  if (snapshots === undefined || snapshots === null) return [];
  const kind = valueAt(manifest, ["datastore", "kind"]);
  const elsewhere: Found[] =
    kind === "sqlite" || kind === "external"
      ? [
          {
            way: ["snapshots"],
            message: `only etcd has snapshots, and this datastore is "${kind}"`,
            atKey: true,
          },
        ]
      : [];
  const ways = [[], ...poolsOf(manifest).map(({ way }) => way), ...machines.map(({ way }) => way)];
  const twice = ways
    .flatMap((way) => keysIn(manifest, [...way, "config"]))
    .flatMap(({ way, key }): Found[] => {
      const place = places[key.replace(/\+$/, "")];
      return place ? [{ way, message: `with snapshots it belongs there: use ${place}`, atKey: true }] : [];
    });
  return [...elsewhere, ...twice];
}

const places: Record<string, string> = {
  ...Object.fromEntries(Object.entries(snapshotKeys).map(([field, key]) => [key, `snapshots.${field}`])),
  [noSnapshots]: "snapshots: false for none",
};
