import { lostQuorum, type Voter } from "./quorum";

/** Why nothing may be changed while etcd raises an alarm, and what to do, or nothing. */
export function alarmComplaint(members: readonly Voter[]): { cause: string; next: string } | undefined {
  const raising = members.filter(({ alarm }) => alarm);
  if (raising.length === 0) return undefined;
  const alarms = raising.map(({ node, alarm }) => `alarm ${alarm} of ${node}`);
  return {
    cause: `etcd raises the ${alarms.join(" and the ")}, and takes nothing that is written until that is taken back`,
    next: afterAlarm(raising),
  };
}

/** k3s looks after a full database when it starts; with one that is corrupt it does not start. */
function afterAlarm(raising: readonly Voter[]): string {
  const gone = raising.filter(({ there }) => there === false).map(({ node }) => node);
  const here = raising.filter(({ there }) => there !== false);
  const full = here.filter(({ alarm }) => alarm === "NOSPACE").map(({ node }) => node);
  const other = here.filter(({ alarm }) => alarm !== "NOSPACE").map(({ node }) => node);
  const steps = [
    ...(full.length > 0
      ? [
          `run systemctl restart k3s on ${full.join(" and ")}, which frees what was deleted and takes the alarm back`,
        ]
      : []),
    ...(other.length > 0
      ? [
          `see what etcd on ${other.join(" and ")} says (journalctl -u k3s there), and restore a snapshot where it is so`,
        ]
      : []),
    ...(gone.length > 0
      ? [`take that of ${gone.join(" and ")} back by etcdctl alarm disarm on a server`]
      : []),
  ];
  return `${steps.join("; ")} (docs/quorum.md)`;
}

/**
 * What to do where too few members of etcd agree.
 * @param elsewhere set where some of them were not made here, for whom the manifest does not speak
 */
export function recovery(members: readonly Voter[], elsewhere?: unknown): string {
  const alarm = alarmComplaint(members);
  if (alarm) return alarm.next;
  const away = members.filter(({ trouble, unnamed }) => trouble && !unnamed).map(({ node }) => node);
  if (away.length === 0) return "wait until all of them vote, about a minute, then run this again";
  const it = away.length > 1 ? "them" : "it";
  if (lostQuorum(members))
    return `bring ${away.join(" or ")} back (systemctl start k3s there); where they are gone for good, ${elsewhere ? byHand : declared}`;
  const out = elsewhere
    ? `take ${it} out (of the manifest, or by kubectl delete node ${away.join(" ")} where ${it === "it" ? "it is" : "they are"} elsewhere)`
    : `take ${it} out of the manifest`;
  return `bring ${away.join(" and ")} back, or ${out}, then run this again`;
}

const declared =
  "take them out of the manifest and give recover: { from: …, confirm: <clusterId> } (docs/restore.md)";

/** Not declared here, since servers that are not in the manifest have to take part. */
const byHand =
  "have etcd begin again by hand, with those elsewhere: stop k3s on all servers, run k3s server --cluster-reset --server= " +
  "on one that has its data, start it, and have the others join it anew (docs/restore.md, By hand)";
