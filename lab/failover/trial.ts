import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { type Disturbance, type DisturbanceName, disturbances, killHost } from "./disturbances";
import { etcdLeader, type Field, owner, type Setting, settings, settled } from "./field";
import { failedBetween, movedAfter, ownersSince, saidAfter, silence } from "./seen";

/** What one disturbance did; all times in milliseconds, null where it was not seen. */
export interface Trial {
  date: string;
  /** The load average of the last minute when it began. */
  load: number;
  target: string;
  /** Who had the address, and whose etcd led. */
  owner: string;
  etcdLeader: string | null;
  moved: number | null;
  owners: string[];
  /** The longest time in which no new connection was answered. */
  silence: number;
  /** New connections without an answer. */
  failed: number;
  /** Until each balancer had the server out, where that is to be expected; and the new connections that failed then. */
  out: Record<string, number | null>;
  failedAfterOut: number | null;
  /** Until each balancer had it in again after the disturbance was over. */
  back: Record<string, number | null>;
  /** The longest times without a read, and without one that the API server remembers. */
  reads: number;
  remembered: number;
}

/** How long to look for what is to be expected, and how long to look on after that. */
const limits: Record<Setting, { moved: number; out: number }> = {
  ours: { moved: 8_000, out: 15_000 },
  guide: { moved: 15_000, out: 45_000 },
};
const longer = { moved: 1_000, out: 3_000 };

export async function tryOut(
  field: Field,
  name: DisturbanceName,
  count: number,
  during?: (begun: number) => Promise<void>,
): Promise<Trial> {
  const { lab, servers, observer, setting } = field;
  const disturbance: Disturbance = disturbances[name];
  await settled(field);
  observer.begin();
  await pause(500);
  const before = owner(field);
  const leader = await etcdLeader(field);
  const target =
    disturbance.to === "owner" ? servers.find((one) => one.name === before) : servers[count % servers.length];
  if (!target) throw new Error(`${before} is no server`);
  const [load = 0] = loadavg();
  const begun = await disturbance.begin(lab, target, settings[setting].units);
  const watching = disturbance.out
    ? field.balancers.filter((one) => one !== target.name || disturbance.begin !== killHost)
    : [];
  const expected = () =>
    (!disturbance.moves || movedAfter(observer, begun) !== undefined) &&
    Object.values(saidAfter(observer, begun, target.name, false, watching)).every((at) => at !== undefined);
  const end = begun + limits[setting][disturbance.out ? "out" : "moved"];
  while (!expected() && Date.now() < end) await pause(20);
  await pause(disturbance.out ? longer.out : longer.moved);
  await during?.(begun);
  const ended = Date.now();
  observer.rest();
  await disturbance.end(lab, target, settings[setting].units);
  await settled(field);
  const out = saidAfter(observer, begun, target.name, false, watching);
  const allOut = Object.values(out).every((at) => at !== undefined) ? Math.max(...defined(out)) : undefined;
  return {
    ...{ date: new Date(begun).toISOString(), load, target: target.name, owner: before },
    etcdLeader: leader ?? null,
    moved: movedAfter(observer, begun) ?? null,
    owners: ownersSince(observer, begun),
    silence: silence(observer.connections, begun, ended),
    failed: failedBetween(observer.connections, begun, ended),
    out: nulls(out),
    failedAfterOut:
      watching.length > 0 && allOut !== undefined
        ? failedBetween(observer.connections, begun + allOut, ended)
        : null,
    back: nulls(saidAfter(observer, ended, target.name, true, watching)),
    reads: silence(observer.reads, begun, Date.now()),
    remembered: silence(observer.remembered, begun, Date.now()),
  };
}

function defined(times: Record<string, number | undefined>): number[] {
  return Object.values(times).filter((time) => time !== undefined);
}

/** JSON has no undefined. */
function nulls(times: Record<string, number | undefined>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time ?? null]));
}
