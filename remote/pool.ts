import { createHash } from "node:crypto";
import { dial } from "./dial";
import { Trouble } from "./errors";
import { type Link, link } from "./link";
import { localTransport } from "./local";
import { type Machine, machineOver } from "./machine";
import { stopAll, unless } from "./stopper";
import { addressOf, portOf, type SshTarget, type Target, userOf } from "./target";
import type { Transport } from "./transport";

interface Pooled {
  link: Promise<Link>;
  /** Gives up dialling. */
  abort: AbortController;
}

/** By what reaches the same machine in the same way. */
const pool = new Map<string, Pooled>();

/** A machine; it is connected to at its first use, by a connection that all its users share. */
export function machine(name: string, target: Target): Machine {
  return machineOver(target.transport === "local" ? localTransport() : sshTransport(target), name);
}

/** Ends everything that is under way, and all connections. */
export async function closeAll(): Promise<void> {
  await stopAll();
  const open = [...pool.values()];
  pool.clear();
  for (const { abort } of open) abort.abort(closing());
  await Promise.all(open.map(({ link }) => link.then((connected) => connected.end()).catch(() => undefined)));
}

function sshTransport(target: SshTarget): Transport {
  const key = keyOf(target);
  return {
    user: userOf(target),
    address: addressOf(target),
    async start(command, signal) {
      const line = command.join(" ");
      const known = pool.get(key);
      if (known) {
        try {
          return await (await unless(signal, known.link)).start(line, signal);
        } catch (error) {
          // The machine may have been restarted since. Nothing has run: a script is sent after its shell has started.
          if (signal.aborted || !(error instanceof Trouble) || error.failure.kind !== "connection lost")
            throw error;
          if (pool.get(key) === known) pool.delete(key);
        }
      }
      const { link } = pool.get(key) ?? pooled(key, target);
      return (await unless(signal, link)).start(line, signal);
    },
  };
}

function pooled(key: string, target: SshTarget): Pooled {
  const abort = new AbortController();
  const entry: Pooled = { abort, link: connect(target, abort.signal) };
  const forget = () => {
    if (pool.get(key) === entry) pool.delete(key);
  };
  pool.set(key, entry);
  entry.link.then(({ closed }) => closed.then(forget), forget);
  return entry;
}

async function connect(target: SshTarget, signal: AbortSignal): Promise<Link> {
  return link(await dial(target, signal), addressOf(target));
}

/** A digest, since a target may hold a private key. */
function keyOf(target: SshTarget): string {
  const { host, privateKey, identityFile, hostKey, knownHosts } = target;
  const parts = [host, portOf(target), userOf(target), privateKey, identityFile, hostKey, knownHosts];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function closing(): Trouble {
  return new Trouble({
    kind: "connection lost",
    cause: "the connection was given up before it was made",
    remedy: "Run this again.",
  });
}
