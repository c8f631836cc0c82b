import { setTimeout as pause } from "node:timers/promises";
import { troubles } from "../k3s/quorum";
import type { Member } from "./connection";
import { type Etcd, etcdOf } from "./members";
import type { Tell } from "./wire";

interface Waiting<T> {
  /** What is still waited for, by an answer; nothing ends it. */
  reasons: (answer: T) => readonly string[];
  /** Milliseconds after which an answer has to do as it is. */
  patience: number;
  /** Is told the reasons, as long as it goes on. */
  tell?: (step: string) => void;
}

/** Asks again and again until nothing is waited for, or patience ends; gives the last answer. */
export async function askUntil<T>(
  ask: () => Promise<T>,
  { reasons, patience, tell }: Waiting<T>,
): Promise<T> {
  for (const begun = Date.now(); ; await pause(1_000)) {
    const answer = await ask();
    const left = reasons(answer);
    if (left.length === 0 || Date.now() - begun >= patience) return answer;
    tell?.(`waiting: ${left.join(", ")}`);
  }
}

/** What servers say of etcd when no member of it is ill for a moment only, or after so many milliseconds. */
export async function settledEtcd(servers: readonly Member[], patience: number, tell: Tell): Promise<Etcd> {
  const reasons = ({ members }: Etcd) => troubles(members.filter(({ passing }) => passing));
  return askUntil(() => etcdOf(servers), { reasons, patience, tell });
}
