import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { credentials } from "./credentials";
import { Trouble } from "./errors";
import { type Gate, gate } from "./gate";
import { type Authenticated, handshake, type Identity } from "./handshake";
import { expectation, OtherKey } from "./host-key";
import { Dropped } from "./socket";
import { addressOf, type Hop } from "./target";

export interface Dialled extends Authenticated {
  stream: Duplex;
}

/** Opens the way that the connection is to take: over TCP, or through a bastion. */
export type Opener = (hop: Hop, signal: AbortSignal) => Promise<Duplex>;

/** sshd drops some of the connections beyond ten that have not logged in yet (MaxStartups). */
const unauthenticated = 8;
const gates = new Map<string, Gate>();

/** Connects to a machine and logs in; fails with Trouble. */
export async function dial(hop: Hop, open: Opener, signal: AbortSignal): Promise<Dialled> {
  const leave = await enter(hop, signal);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(tooLate(hop)), hop.connectTimeout);
  try {
    const identity = { means: credentials(hop), hostKey: expectation(hop) };
    return await persist(hop, open, identity, AbortSignal.any([signal, timer.signal]));
  } finally {
    clearTimeout(timeout);
    leave();
  }
}

const attempts = 8;

/** Only a server that had no time for us is tried again: nothing else becomes better by itself. */
async function persist(hop: Hop, open: Opener, identity: Identity, signal: AbortSignal): Promise<Dialled> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await meet(hop, open, identity, signal);
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      if (attempt === attempts) throw turnedAway(hop, error);
      await pause(backOff(attempt), undefined, { signal }).catch(() => {
        throw turnedAway(hop, error);
      });
    }
  }
}

/** A fingerprint does not say of which type its key is: a machine that presents another one is asked for the rest. */
async function meet(hop: Hop, open: Opener, identity: Identity, signal: AbortSignal): Promise<Dialled> {
  try {
    const stream = await open(hop, signal);
    return { stream, ...(await handshake(stream, hop, identity, signal)) };
  } catch (error) {
    const hostKey = error instanceof OtherKey ? identity.hostKey.otherwise?.(error.presented) : undefined;
    if (!hostKey?.algorithms.length) throw error;
    return meet(hop, open, { ...identity, hostKey }, signal).catch((later) => {
      // That there is no such key says less than which one there is.
      throw later instanceof Dropped || signal.aborted ? later : error;
    });
  }
}

/** Spread, since those that were dropped together would otherwise come back together. */
function backOff(attempt: number): number {
  return Math.min(100 * 2 ** (attempt - 1), 2_000) * (0.5 + Math.random() / 2);
}

/** A turn at the bastions on the way, the outermost first, and at the machine itself. */
async function enter(hop: Hop, signal: AbortSignal): Promise<() => void> {
  const left: (() => void)[] = [];
  const leave = () => {
    for (const each of left) each();
  };
  const route = [...hop.via, JSON.stringify([hop.host, hop.port])];
  const doors = route.map((_, index) => {
    const way = route.slice(0, index + 1).join(" ");
    return index < hop.via.length ? `through ${way}` : `to ${way}`;
  });
  try {
    for (const door of doors) left.push(await gateAt(door).enter(signal));
    return leave;
  } catch (error) {
    leave();
    throw error;
  }
}

function gateAt(door: string): Gate {
  const existing = gates.get(door) ?? gate(unauthenticated);
  gates.set(door, existing);
  return existing;
}

function tooLate(hop: Hop): Trouble {
  return new Trouble({
    kind: "timed out",
    cause: `${addressOf(hop)} could not be connected to within ${hop.connectTimeout / 1000} s`,
    remedy: "Check the address, that the machine is up and not overloaded, and the firewalls on the way.",
  });
}

function turnedAway(hop: Hop, { message }: Error): Trouble {
  return new Trouble({
    kind: "connection lost",
    cause: `${addressOf(hop)} dropped every connection before the login: ${message}`,
    remedy:
      "Check sshd there (MaxStartups, PerSourcePenalties, its journal), and what bans addresses, such as fail2ban.",
  });
}
