import { type Found, valueAt } from "./place";

/** What is wrong between what etcd is to begin again with and the rest. */
export function compareReset(manifest: unknown): Found[] {
  const given = ["recover", "restore"].filter((key) => valueAt(manifest, [key]));
  const kind = valueAt(manifest, ["datastore", "kind"]) ?? "etcd";
  return given.flatMap((key, index): Found[] => [
    ...(index > 0
      ? [
          {
            way: [key],
            message: `etcd can begin again with one thing: leave out ${given[0]}, or this`,
            atKey: true,
          },
        ]
      : []),
    ...(kind === "etcd"
      ? []
      : [{ way: [key], message: "only etcd can begin again, and the datastore is another", atKey: true }]),
  ]);
}
