import type { Member } from "../connection";
import type { EtcdMember } from "../members";

/** A server that was declared once, and is no more. */
export interface Former extends Member {
  /** By which etcd knows it, another one each time that it joins; absent where etcd does not say. */
  id?: string;
}

/** Who the servers are, and were. */
interface Declared {
  servers: string[];
  members?: Member[];
  former?: Former[];
}

/**
 * Those of the servers declared before that etcd may still know. What was declared last counts, whatever has come of it:
 * also who joined in a run that failed has to leave.
 */
export function formerOf({ servers }: Declared, old: Declared, known: readonly EtcdMember[]): Former[] {
  const { members = [], former = [] } = old;
  // Whoever has left by now stays on the list: nothing else has changed, and a change of it alone would be told as one.
  if ([...servers].sort().join() === [...old.servers].sort().join()) return former;
  const gone = [...members, ...former].filter(({ name }) => !servers.includes(name));
  if (known.length === 0) return gone.map(({ name, connection }) => ({ name, connection }));
  return gone.flatMap(({ name, connection }) =>
    known.filter(({ node }) => node === name).map(({ id }) => ({ name, connection, id })),
  );
}
