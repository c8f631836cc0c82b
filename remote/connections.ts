import { createHash } from "node:crypto";
import { dial } from "./dial";
import { Trouble } from "./errors";
import { type Link, link } from "./link";
import { Gone } from "./session";
import { openSocket } from "./socket";
import { unless } from "./stopper";
import { addressOf, type Hop } from "./target";
import type { Clock } from "./transport";

interface Pooled {
  link: Promise<Link>;
  /** Gives up dialling. */
  abort: AbortController;
}

/** By what reaches the same machine in the same way. */
const pool = new Map<string, Pooled>();

/** Uses the connection to the end of a route; it is shared, and made first if necessary, while the clock is held. */
export async function over<T>(
  route: readonly Hop[],
  signal: AbortSignal,
  use: (connected: Link) => Promise<T>,
  clock?: Clock,
): Promise<T> {
  const key = keyOf(route);
  const known = pool.get(key);
  if (known) {
    try {
      return await use(await made(known.link, signal, clock));
    } catch (error) {
      // The machine may have been restarted since. Nothing has run: a script is sent after its shell has started.
      if (signal.aborted || !(error instanceof Gone)) throw error;
      if (pool.get(key) === known) pool.delete(key);
    }
  }
  const { link } = pool.get(key) ?? pooled(key, route);
  return use(await made(link, signal, clock));
}

/** Each hop has a time of its own, after which there is a connection or none. */
async function made(link: Promise<Link>, signal: AbortSignal, clock: Clock | undefined): Promise<Link> {
  clock?.hold();
  try {
    return await unless(signal, link);
  } finally {
    clock?.release();
  }
}

/** Ends all connections, those through bastions before their bastions. */
export async function closePool(): Promise<void> {
  const open = [...pool.values()];
  pool.clear();
  for (const { abort } of open) abort.abort(closing());
  const ends = open.map(({ link }) => link.then((connected) => connected.end()).catch(() => undefined));
  await Promise.all(ends);
}

function pooled(key: string, route: readonly Hop[]): Pooled {
  const abort = new AbortController();
  const entry: Pooled = { abort, link: connect(route, abort.signal) };
  const forget = () => {
    if (pool.get(key) === entry) pool.delete(key);
  };
  pool.set(key, entry);
  entry.link.then(({ closed }) => closed.then(forget), forget);
  return entry;
}

async function connect(route: readonly Hop[], signal: AbortSignal): Promise<Link> {
  const bastions = route.slice(0, -1);
  const [hop] = route.slice(-1);
  if (!hop) throw new TypeError("A route has at least one hop: its machine.");
  try {
    if (bastions.length === 0) return link(await dial(hop, openSocket, signal), hop);
    return await over(bastions, signal, (bastion) => through(bastion, hop, signal));
  } catch (error) {
    throw error instanceof Trouble && !(error instanceof AtHop) ? new AtHop(error, bastions.length) : error;
  }
}

async function through(bastion: Link, hop: Hop, signal: AbortSignal): Promise<Link> {
  const letGo = bastion.hold();
  try {
    return link(await dial(hop, bastion.forward, signal), hop, bastion);
  } finally {
    letGo();
  }
}

/** Says at which hop of a route the way ended. */
class AtHop extends Trouble {
  constructor(
    { failure }: Trouble,
    readonly index: number,
  ) {
    super(failure);
  }
}

/** What went wrong on a route, with the bastion where it did. */
export function onTheWay(error: unknown, route: readonly Hop[]): unknown {
  const [machine] = route.slice(-1);
  const bastions = route.length - 1;
  if (!machine || !(error instanceof AtHop) || error.index >= bastions) return error;
  const place = bastions === 1 ? "the bastion" : `bastion ${error.index + 1} of ${bastions}`;
  const { failure } = error;
  return new Trouble({ ...failure, cause: `${place} on the way to ${addressOf(machine)}: ${failure.cause}` });
}

/** A digest, since a route may hold private keys. */
function keyOf(route: readonly Hop[]): string {
  const parts = route.map((hop) => Object.entries(hop).filter(([name]) => !elsewhere.includes(name)));
  return createHash("sha256")
    .update(JSON.stringify(parts.map((each) => each.sort())))
    .digest("hex");
}

/** What a target has besides its endpoint, and makes no other connection of it. */
const elsewhere = ["transport", "sudoPassword", "bastions", "configFile", "connectTimeout", "via"];

function closing(): Trouble {
  return new Trouble({
    kind: "connection lost",
    cause: "the connection was given up before it was made",
    remedy: "Run this again.",
  });
}
