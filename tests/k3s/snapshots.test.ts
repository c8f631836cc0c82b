import { sharedSettings } from "../../k3s/settings";
import { snapshotFolder, snapshotKeeper, snapshotSettings } from "../../k3s/snapshots";
import { checkManifest, parseManifest } from "../../manifest/parse";
import { below } from "../manifest/texts";

const settingsOf = (more: string) => snapshotSettings(parseManifest(below(more), "f").snapshots);

test("what is not said is not in k3s's configuration, so that no cluster restarts for it", () => {
  expect([settingsOf(""), settingsOf("snapshots: {}")]).toEqual([{}, {}]);
});

test("what is said is there under k3s's names", () => {
  const all =
    'snapshots: { schedule: "*/5 0-6,12 * jan-jun/2 mon,5", retention: 3, compress: true, folder: /backup }';
  expect(settingsOf(all)).toEqual({
    "etcd-snapshot-schedule-cron": "*/5 0-6,12 * jan-jun/2 mon,5",
    "etcd-snapshot-retention": 3,
    "etcd-snapshot-compress": true,
    "etcd-snapshot-dir": "/backup",
  });
  expect(settingsOf("snapshots: { compress: false }")).toEqual({ "etcd-snapshot-compress": false });
});

test("none are taken by themselves where none are wanted", () => {
  expect(settingsOf("snapshots: false")).toEqual({ "etcd-disable-snapshots": true });
});

test.each([
  '"* * * * *"',
  '"0 0 ? * SUN"',
  '"59 23 31 12 6"',
  '"5/10 * * * *"',
  '"@daily"',
  '"@every 1h30m"',
])("%s is a schedule", (schedule) => {
  expect(settingsOf(`snapshots: { schedule: ${schedule} }`)).toMatchObject({
    "etcd-snapshot-schedule-cron": schedule.slice(1, -1),
  });
});

test("they are the servers' matter, and a manifest that has them stays as it is when it is checked again", () => {
  const manifest = parseManifest(below("snapshots: { retention: 7 }"), "f");
  expect(sharedSettings("server", manifest)).toMatchObject({ "etcd-snapshot-retention": 7 });
  expect(sharedSettings("agent", manifest)).toEqual({});
  expect(checkManifest(manifest, "again")).toEqual(manifest);
});

test("k3s's own keys go on to work where the manifest says nothing of snapshots", () => {
  const config = "config: { etcd-snapshot-retention: 4, etcd-s3: true, etcd-s3-config-secret: s3 }";
  expect(parseManifest(below(config), "f").servers[0]?.config).toMatchObject({
    "etcd-snapshot-retention": 4,
  });
});

test("servers with etcd have a folder of snapshots, and nobody else has", () => {
  const own = "/var/lib/rancher/k3s/server/db/snapshots";
  const extra = { "etcd-snapshot-dir": "/backup" };
  expect(snapshotFolder({ role: "server" })).toBe(own);
  expect(snapshotFolder({ role: "server", extra }, { kind: "etcd" })).toBe("/backup");
  expect(snapshotFolder({ role: "agent", extra })).toBeUndefined();
  expect(snapshotFolder({ role: "server" }, { kind: "sqlite" })).toBeUndefined();
  expect(snapshotFolder({ role: "server" }, { kind: "external", endpoint: "postgres://db" })).toBeUndefined();
});

test("systemd is to look at that folder, whatever it is called, as often as it changes", () => {
  const { service, path, folder } = snapshotKeeper("/srv/100% mine");
  expect(path).toContain("\nPathChanged=/srv/100%% mine\n");
  expect(folder).toBe("/srv/100% mine");
  expect(service).toContain("\nStartLimitIntervalSec=0\n");
});

test("the folder that k3s makes by itself is not made for it", () => {
  expect(snapshotKeeper(snapshotFolder({ role: "server" }) ?? "").folder).toBe("");
});
