import { keysAtFirstUse, knownByFiles } from "../remote/first-use";
import type { Endpoint } from "../remote/target";
import type { Connection } from "./connection";
import { waysOf } from "./way";

/** Host keys that were believed when they were shown first, by the way to their hosts. */
export type HostKeys = Record<string, string>;

/** The connection with the keys that were learned; another is still believed where none was. */
export function remembering(connection: Connection, known: HostKeys = {}): Connection {
  return atEachHop(connection, known, (endpoint) => endpoint);
}

/** The connection with the keys that were learned; it believes no others. */
export function pinned(connection: Connection, known: HostKeys = {}): Connection {
  return atEachHop(connection, known, ({ trustOnFirstUse, ...endpoint }) => endpoint);
}

/** The hosts on the way to a machine whose keys are to be learned, or were, each by the way to it. */
export function learnable(connection: Connection): string[] {
  const hops = [...(connection.bastions ?? []), connection];
  return waysOf(connection).filter((_, index) => hops[index]?.trustOnFirstUse && !hops[index]?.hostKey);
}

/** Those of them whose key nobody knows, neither this stack nor the user's files. */
export function unlearned(connection: Connection, known: HostKeys = {}): string[] {
  const missing = learnable(connection).filter((way) => !(way in known));
  if (missing.length === 0) return [];
  const ways = waysOf(connection);
  const isKnown = knownByFiles({ transport: "ssh", ...connection });
  return missing.filter((way) => !isKnown[ways.indexOf(way)]);
}

/** What was believed on the way to a machine that this process has connected to. */
export function learnedFrom(connection: Connection): HostKeys {
  const keys = keysAtFirstUse({ transport: "ssh", ...connection });
  const found = waysOf(connection).flatMap((way, index) => (keys[index] ? [[way, keys[index]]] : []));
  return Object.fromEntries(found);
}

function atEachHop(
  { bastions, ...own }: Connection,
  known: HostKeys,
  finish: (endpoint: Endpoint) => Endpoint,
): Connection {
  const ways = waysOf({ bastions, ...own });
  const pin = (endpoint: Endpoint, index: number) => {
    const key = endpoint.trustOnFirstUse ? known[ways[index] ?? ""] : undefined;
    return finish(key && !endpoint.hostKey ? { ...endpoint, hostKey: key, hostKeyLearned: true } : endpoint);
  };
  const through = bastions ? { bastions: bastions.map(pin) } : {};
  return { ...pin(own, ways.length - 1), ...through };
}
