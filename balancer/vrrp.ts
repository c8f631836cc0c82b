import { whole } from "./values";

/**
 * The protocol by which machines agree on who owns the address. Version 2 stands for how it is commonly set up: one
 * machine is the master and takes the address back, seconds are whole, and a password is sent in the clear.
 */
export type Vrrp = { version: 3; advertInterval?: number } | { version: 2; password: string };

/** What version 2 may have for a password. */
export const vrrpPassword = {
  pattern: /^[A-Za-z0-9._+/=-]{1,8}$/,
  meant: "1 to 8 letters, digits or . _ + / = -: keepalived would leave out what is behind the eighth",
};

/** How keepalived asks the HAProxy of its machine; times in milliseconds. */
export interface VipCheck {
  /** Whole seconds, since keepalived 2.2.7 ignores others and takes its default. */
  interval: number;
  /** How long the answer may take. */
  timeout: number;
  /** How many failures give the address away. */
  fall: number;
  /** How many answers make a machine one that may have it again. */
  rise: number;
}

export const vipCheck: VipCheck = { interval: 1000, timeout: 800, fall: 2, rise: 1 };

/** The same, if keepalived can do so. */
export function checkedCheck({ interval, timeout, fall, rise }: VipCheck): VipCheck {
  whole("the interval of the check", interval, 1_000, 60_000);
  if (interval % 1_000 > 0)
    throw new Error(`the interval of the check is ${interval}, and must be whole seconds`);
  whole("the timeout of the check", timeout, 100, interval);
  for (const [name, times] of Object.entries({ fall, rise })) whole(name, times, 1, 10);
  return { interval, timeout, fall, rise };
}

/** How often the owner says that it is there, in milliseconds. */
export function advertIntervalOf(vrrp: Vrrp): number {
  if (vrrp.version === 2) return 1000;
  const interval = whole("advertInterval", vrrp.advertInterval ?? 200, 50, 10_000);
  if (interval % 10 > 0) throw new Error(`advertInterval is ${interval}, and must be a multiple of 10`);
  return interval;
}

/**
 * How much lower the priority is of a machine that reaches less than half of the servers: below that of every other one. It
 * was cut off, took the address when it heard nobody, and is to give it back when it hears of the owner again.
 */
export const minority = 127;

/**
 * The priority of a machine by its place; with 255 it would count as the address's first owner, and always win it.
 * Those who wait for the owner wait the longer the lower theirs is: far apart, so that only one of them moves.
 */
export function priorityOf(place: number, machines: number, vrrp: Vrrp): number {
  if (vrrp.version === 2 && place === 0) return 255;
  return 254 - place * Math.min(50, Math.floor((minority - 1) / Math.max(machines - 1, 1)));
}

/** The longest time in milliseconds until the next machine, of this priority, has the address. */
export function slowestTakeover(vrrp: Vrrp, priority: number, check = vipCheck) {
  const advert = advertIntervalOf(vrrp);
  const skew = ((256 - priority) / 256) * advert;
  const { interval, timeout, fall } = check;
  return {
    /** The owner dies, and cannot say so. */
    died: 3 * advert + skew,
    /** Its keepalived ends, by itself or with HAProxy, and says so. */
    left: skew,
    /** Its HAProxy hangs. */
    hung: fall * interval + timeout + skew,
    /** Its HAProxy reaches no server. */
    alone: fall * interval + skew,
  };
}

/** From 1 to 255, and always the same for a cluster's name, so that most clusters of a network differ. */
export function routerIdOf(cluster: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(cluster)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return 1 + (hash % 255);
}
