import { setTimeout as pause } from "node:timers/promises";
import { troubles } from "../k3s/quorum";
import type { Member } from "./connection";
import { type Etcd, etcdOf } from "./members";
import type { Tell } from "./wire";

/** What servers say of etcd when no member of it is ill for a moment only, or after so many milliseconds. */
export async function settledEtcd(servers: readonly Member[], patience: number, tell: Tell): Promise<Etcd> {
  for (const begun = Date.now(); ; await pause(1_000)) {
    const etcd = await etcdOf(servers);
    const ill = etcd.members.filter(({ passing }) => passing);
    if (ill.length === 0 || Date.now() - begun >= patience) return etcd;
    tell(`waiting: ${troubles(ill).join(", ")}`);
  }
}
