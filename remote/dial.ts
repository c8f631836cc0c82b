import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "ssh2";
import { credentials } from "./credentials";
import { Trouble } from "./errors";
import { type Gate, gate } from "./gate";
import { handshake, type Identity } from "./handshake";
import { expectation } from "./host-key";
import { Dropped, openSocket } from "./socket";
import { addressOf, type SshTarget } from "./target";

export interface Dialled {
  client: Client;
  socket: Socket;
}

/** Milliseconds for all attempts to connect and log in. */
export const dialDeadline = 10_000;

/** sshd drops some of the connections beyond ten that have not logged in yet (MaxStartups). */
const unauthenticated = 8;
const gates = new Map<string, Gate>();

/** Connects to a machine and logs in; fails with Trouble. */
export async function dial(
  target: SshTarget,
  signal: AbortSignal,
  deadline: number = dialDeadline,
): Promise<Dialled> {
  const leave = await gateOf(target).enter(signal);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(tooLate(target, deadline)), deadline);
  try {
    const identity = { credentials: credentials(target), hostKey: expectation(target) };
    return await persist(target, identity, AbortSignal.any([signal, timer.signal]));
  } finally {
    clearTimeout(timeout);
    leave();
  }
}

const attempts = 8;

/** Only a server that had no time for us is tried again: nothing else becomes better by itself. */
async function persist(target: SshTarget, identity: Identity, signal: AbortSignal): Promise<Dialled> {
  for (let attempt = 1; ; attempt++) {
    try {
      const socket = await openSocket(target, signal);
      return { socket, client: await handshake(socket, target, identity, signal) };
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      if (attempt === attempts) throw turnedAway(target, error);
      await pause(backOff(attempt), undefined, { signal }).catch(() => {
        throw turnedAway(target, error);
      });
    }
  }
}

/** Spread, since those that were dropped together would otherwise come back together. */
function backOff(attempt: number): number {
  return Math.min(100 * 2 ** (attempt - 1), 2_000) * (0.5 + Math.random() / 2);
}

function gateOf(target: SshTarget): Gate {
  const address = `${target.host} ${target.port ?? 22}`;
  const existing = gates.get(address) ?? gate(unauthenticated);
  gates.set(address, existing);
  return existing;
}

function tooLate(target: SshTarget, deadline: number): Trouble {
  return new Trouble({
    kind: "timed out",
    cause: `${addressOf(target)} could not be connected to within ${deadline / 1000} s`,
    remedy: "Check the address, that the machine is up and not overloaded, and the firewalls on the way.",
  });
}

function turnedAway(target: SshTarget, { message }: Error): Trouble {
  return new Trouble({
    kind: "connection lost",
    cause: `${addressOf(target)} dropped every connection before the login: ${message}`,
    remedy:
      "Check sshd there (MaxStartups, PerSourcePenalties, its journal), and what bans addresses, such as fail2ban.",
  });
}
