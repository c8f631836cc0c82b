import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { RemoteError } from "../remote/errors";
import type { Held } from "../remote/hold";
import { plain } from "../remote/plain";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { StepError } from "./failure";
import { fact, parseFacts } from "./preflight/facts";
import { notYet } from "./wait";
import { wayTo } from "./way";

type Tell = (step: string) => void;

/** Milliseconds that a lock outlasts what it was taken for. */
const linger = 1_000;

/** A machine that hears nothing for so many seconds takes its lock back: the run that had it is cut off. */
export const silence = 8;
export const wordEvery = 2_000;

/** The servers of the cluster that a machine belongs to, by the way to the machine. */
const clusters = new Map<string, readonly Member[]>();

/** Tells whose cluster is whose, before any of it is changed. */
export function changeTogether(machines: readonly Member[], servers: readonly Member[]): void {
  for (const { connection } of machines) clusters.set(wayTo(connection), servers);
}

/** Changes a machine while nobody else, on this computer or another, changes it or its cluster. */
export async function alone<T>(
  machine: Member,
  tell: Tell,
  work: () => Promise<T>,
  patience = 30_000,
): Promise<T> {
  const way = wayTo(machine.connection);
  const servers = clusters.get(way) ?? [];
  const others = servers.some(({ connection }) => wayTo(connection) === way) ? [] : [machine];
  const waiting = { tell, patience };
  return holding(servers, waiting, () => holding(others, waiting, work));
}

interface Waiting {
  tell: Tell;
  /** Milliseconds until another run is not waited for any more. */
  patience: number;
}

/** The locks of some machines, shared by all who need just these. */
interface Locks {
  users: number;
  waiting: Set<Tell>;
  held: Promise<Held[]>;
  end?: NodeJS.Timeout;
}

const locked = new Map<string, Locks>();

async function holding<T>(
  machines: readonly Member[],
  { tell, patience }: Waiting,
  work: () => Promise<T>,
): Promise<T> {
  if (machines.length === 0) return work();
  const key = machines
    .map(({ connection }) => wayTo(connection))
    .sort()
    .join(", ");
  const locks = locked.get(key) ?? lock(key, machines, patience);
  clearTimeout(locks.end);
  locks.users++;
  locks.waiting.add(tell);
  try {
    await locks.held;
    locks.waiting.delete(tell);
    return await work();
  } finally {
    locks.waiting.delete(tell);
    locks.users--;
    // The next step of the same run comes at once, and nobody else is to come between.
    if (locks.users === 0) locks.end = setTimeout(() => unlock(key, locks), linger).unref();
  }
}

function lock(key: string, machines: readonly Member[], patience: number): Locks {
  const waiting = new Set<Tell>();
  const tell = (step: string) => {
    for (const each of waiting) each(step);
  };
  const held = take(machines, { tell, patience });
  const locks = { users: 0, waiting, held };
  locked.set(key, locks);
  const forget = () => forgotten(key, locks);
  held.then((all) => Promise.all(all.map(({ ended }) => ended))).then(forget, forget);
  return locks;
}

function unlock(key: string, locks: Locks): void {
  forgotten(key, locks);
  locks.held.then((all) => all.map((held) => held.release())).catch(toldAlready);
}

/** Who waits for a lock in vain has been told. */
function toldAlready(): void {}

function forgotten(key: string, locks: Locks): void {
  if (locked.get(key) === locks) locked.delete(key);
}

/** All of them or none: two runs that have a part each would wait for each other. */
async function take(machines: readonly Member[], { tell, patience }: Waiting): Promise<Held[]> {
  const end = Date.now() + patience;
  for (;;) {
    const tries = await Promise.allSettled(machines.map(attempt));
    const failed = tries.find((each) => each.status === "rejected");
    const results = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const held = results.flatMap((result) => (result && "release" in result ? [result] : []));
    const other = results.find((result) => result && "owner" in result);
    if (!failed && !other) return held;
    await Promise.all(held.map((each) => each.release()));
    if (failed) throw failed.reason;
    if (!other || !("owner" in other)) continue;
    if (Date.now() > end) throw heldBy(other);
    tell(`waiting for ${other.owner}, who is changing the cluster`);
    await pause(500 + 1_000 * Math.random());
  }
}

/** Another run, as a machine knows it. */
interface Other {
  machine: string;
  owner: string;
  /** In seconds. */
  since: string;
  heard: string;
}

function heldBy({ machine, owner, since, heard }: Other): StepError {
  return new StepError({
    machine,
    step: "waiting for the cluster's lock",
    cause: `${owner} has been changing the cluster for ${since} s, and was heard of ${heard} s ago`,
    next: `wait for the end of that run, then run this again; one that was killed or cut off loses the lock within ${silence + 1} s`,
  });
}

/** Nothing where the machine cannot be reached: nobody can change it then, and who tries is told why. */
async function attempt({ name, connection }: Member): Promise<Held | Other | undefined> {
  try {
    const answer = await connect(name, connection).hold(script("hold-lock"), {
      variables: { OWNER: me(), SILENCE: String(silence) },
      sign: "held",
      every: wordEvery,
      patience: 10_000 + (connection.connectTimeout ?? 0),
    });
    if ("release" in answer) return answer;
    if (answer.code === notYet) return otherOf(name, answer.stdout);
    throw new StepError({
      machine: name,
      step: "taking the cluster's lock",
      cause: `"hold-lock" failed with exit code ${answer.code}: ${answer.stderr.trim()}`,
      next: "install flock (util-linux) there if it is missing, then run this again",
    });
  } catch (error) {
    if (error instanceof RemoteError && error.kind !== "failed") return undefined;
    throw error;
  }
}

function otherOf(machine: string, stdout: string): Other {
  const facts = parseFacts(stdout);
  const owner = fact(facts, "owner") || "another run";
  return { machine, owner, since: fact(facts, "for") || "0", heard: fact(facts, "heard") || "0" };
}

function me(): string {
  const user = process.env.USER || `user ${process.getuid?.()}`;
  return plain(`${user}@${hostname()} (${process.cwd()}, process ${process.pid})`).replace(/\s/g, " ");
}
