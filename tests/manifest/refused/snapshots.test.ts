import { below, machine, mistakesOf } from "../texts";

const schedule = (value: string) => below(`snapshots: { schedule: ${value} }`);
const not = (value: string, why: string) => `4:24 snapshots.schedule: ${value} is not a schedule: ${why}`;
const allowed =
  'five fields of cron in quotes (minute, hour, day of the month, month, day of the week), such as "0 */12 * * *"';

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  ["a word that k3s does not know", schedule("often"), not('"often"', allowed)],
  ["too few fields", schedule('"0 */12 * *"'), not('"0 */12 * *"', allowed)],
  [
    "seconds",
    schedule('"0 0 */12 * * *"'),
    not('"0 0 */12 * * *"', "it has six fields, and k3s has none for seconds"),
  ],
  ["a minute too late", schedule('"60 * * * *"'), not('"60 * * * *"', "60 is not a minute (0 to 59)")],
  ["an hour too late", schedule('"0 1,24 * * *"'), not('"0 1,24 * * *"', "24 is not an hour (0 to 23)")],
  [
    "a day before the first",
    schedule('"0 0 0 * *"'),
    not('"0 0 0 * *"', "0 is not a day of the month (1 to 31)"),
  ],
  [
    "a month that there is not",
    schedule('"0 0 1 mai *"'),
    not('"0 0 1 mai *"', "mai is not a month (1 to 12 or jan to dec)"),
  ],
  [
    "a second Sunday",
    schedule('"0 0 * * 7"'),
    not('"0 0 * * 7"', "7 is not a day of the week (0 to 6 or sun to sat)"),
  ],
  [
    "a range the wrong way round",
    schedule('"0 20-6 * * *"'),
    not('"0 20-6 * * *"', "20-6 ends before it begins"),
  ],
  ["a step of nothing", schedule('"*/0 * * * *"'), not('"*/0 * * * *"', "*/0 has a step of 0")],
  [
    "an empty place in a list",
    schedule('"1,,2 * * * *"'),
    not('"1,,2 * * * *"', "nothing is not a minute (0 to 59)"),
  ],
  ["a range of everything", schedule('"*-5 * * * *"'), not('"*-5 * * * *"', "* is not a minute (0 to 59)")],
  ["an interval of nothing", schedule('"@every 0h"'), not('"@every 0h"', "it never comes")],
  [
    "none kept",
    below("snapshots: { retention: 0 }"),
    "4:25 snapshots.retention: 0 is not a number of snapshots: a whole number from 1 to 10000, without quotes",
  ],
  [
    "a folder that begins nowhere",
    below("snapshots: { folder: backup }"),
    '4:22 snapshots.folder: "backup" is not a path on the machine: one line that begins with /, such as /etc/ssl/certs/registry.pem',
  ],
  ["true", below("snapshots: true"), "4:12 snapshots: true is neither false nor a map of keys and values"],
  [
    "a field of k3s's own name",
    below("snapshots: { dir: /backup }"),
    "4:14 snapshots.dir: unknown key: allowed here are schedule, retention, compress, folder",
  ],
  [
    "a schedule at the top",
    below("schedule: daily"),
    "4:1 schedule: unknown key here: it belongs in snapshots",
  ],
  [
    "snapshots of a file",
    below("datastore: { kind: sqlite }\nsnapshots: {}"),
    '5:1 snapshots: only etcd has snapshots, and this datastore is "sqlite"',
  ],
  [
    "none of a database of the user's",
    below('datastore: { kind: external, endpoint: "postgres://db/k3s" }\nsnapshots: false'),
    '5:1 snapshots: only etcd has snapshots, and this datastore is "external"',
  ],
  [
    "the same in config",
    below(
      "snapshots: { retention: 3 }\nconfig: { etcd-snapshot-retention: 4, etcd-disable-snapshots: true }",
    ),
    "5:11 config.etcd-snapshot-retention: with snapshots it belongs there: use snapshots.retention",
    "5:39 config.etcd-disable-snapshots: with snapshots it belongs there: use snapshots: false for none",
  ],
  [
    "the same on a machine",
    machine("{ name: s2, host: h, config: { etcd-snapshot-dir: /backup } }\nsnapshots: {}"),
    "5:36 servers[1].config.etcd-snapshot-dir: with snapshots it belongs there: use snapshots.folder",
  ],
  [
    "the same in a pool",
    below(
      "snapshots: false\npools:\n  - { name: p, role: server, config: { etcd-snapshot-schedule-cron: '@daily' }, machines: [] }",
    ),
    "6:40 pools[0].config.etcd-snapshot-schedule-cron: with snapshots it belongs there: use snapshots.schedule",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
