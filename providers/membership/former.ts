import type { Member } from "../connection";
import type { Etcd, EtcdMember } from "../members";

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
export function formerOf({ servers }: Declared, old: Declared, etcd: Etcd): Former[] {
  const { members = [], former = [] } = old;
  // Whoever has left by now stays on the list: nothing else has changed, and a change of it alone would be told as one.
  if ([...servers].sort().join() === [...old.servers].sort().join()) return former;
  const gone = goneOf(servers, { members, former });
  if (!etcd.listed) return gone;
  return gone.flatMap(({ name, connection }) =>
    etcd.members.filter(({ node }) => node === name).map(({ id }) => ({ name, connection, id })),
  );
}

/** Those who are declared no more. */
export function goneOf(
  servers: string[],
  { members = [], former = [] }: Omit<Declared, "servers">,
): Member[] {
  const gone = [...members, ...former].filter(({ name }) => !servers.includes(name));
  return gone.map(({ name, connection }) => ({ name, connection }));
}

/** Whether a member of etcd is dead and was a server that is declared no more. */
export function isDeadFormer(
  { node, trouble }: EtcdMember,
  { servers, former = [] }: Declared,
  old: Declared,
): boolean {
  const was = old.servers.includes(node) || former.some(({ name }) => name === node);
  return trouble !== undefined && was && !servers.includes(node);
}

/**
 * Who votes, and who still does when the former servers have left. Who has never joined has no vote to take along. Where
 * etcd does not list its members all who were servers count, save those whose machines say that they have none.
 */
export function votersOf({ servers }: Declared, old: Declared, former: readonly Former[], etcd: Etcd) {
  const names = [...new Set([...old.servers, ...former.map(({ name }) => name)])];
  const before = etcd.listed
    ? etcd.members.filter(({ votes }) => votes).map(({ node }) => node)
    : names.filter((name) => !etcd.without.includes(name));
  const after = before.filter((name) => servers.includes(name) || !names.includes(name));
  return { before, after };
}
