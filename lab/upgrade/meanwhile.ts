import { setTimeout as pause } from "node:timers/promises";
import { etcdLeader, type Field } from "../failover/field";
import { type Asked, askedBetween } from "./asked";

/** What a client sees of a cluster that is worked on; times in milliseconds. */
export interface Meanwhile {
  took: number;
  /** Whose etcd led before. */
  leader: string | null;
  reads: Asked;
  /** Reads of what the API server remembers. */
  remembered: Asked;
  writes: Asked;
  web: Asked;
  /** New connections. */
  connections: Asked;
}

/** As long as the client waits for the answer of a write. */
const longest = 10_000;

export async function meanwhile(field: Field, work: () => Promise<unknown>): Promise<Meanwhile> {
  const { observer } = field;
  observer.begin();
  // New connections fifty times a second would cost the processors that the cluster shares with the client.
  observer.rest();
  await pause(1_000);
  const leader = await etcdLeader(field);
  const begun = Date.now();
  await work();
  const ended = Date.now();
  // What was asked before the end may be answered after it.
  await pause(longest + 500);
  const { reads, remembered, writes, web, connections } = observer;
  return {
    took: ended - begun,
    leader: leader ?? null,
    reads: askedBetween(reads, begun, ended),
    remembered: askedBetween(remembered, begun, ended),
    writes: askedBetween(writes, begun, ended),
    web: askedBetween(web, begun, ended),
    connections: askedBetween(connections, begun, ended),
  };
}
