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

/** How keepalived asks HAProxy; in whole seconds, since keepalived 2.2.7 ignores others and takes its default. */
export const question = { interval: 1, patience: 0.8, fall: 2, rise: 1 } as const;

/** How often the owner says that it is there, in milliseconds. */
export function advertIntervalOf(vrrp: Vrrp): number {
  if (vrrp.version === 2) return 1000;
  const interval = whole("advertInterval", vrrp.advertInterval ?? 200, 50, 40_950);
  if (interval % 10 > 0) throw new Error(`advertInterval is ${interval}, and must be a multiple of 10`);
  return interval;
}

/**
 * The priority of a machine by its place; with 255 it would count as the address's first owner, and always win it.
 * Those who wait for the owner wait the longer the lower theirs is: far apart, so that only one of them moves.
 */
export function priorityOf(place: number, machines: number, vrrp: Vrrp): number {
  if (vrrp.version === 2 && place === 0) return 255;
  return 254 - place * Math.min(50, Math.floor(253 / Math.max(machines - 1, 1)));
}

/** The longest time in milliseconds until the next machine, of this priority, has the address. */
export function slowestTakeover(vrrp: Vrrp, priority: number) {
  const advert = advertIntervalOf(vrrp);
  const skew = ((256 - priority) / 256) * advert;
  const { interval, patience, fall } = question;
  return {
    /** The owner dies, and cannot say so. */
    died: 3 * advert + skew,
    /** Its keepalived ends, by itself or with HAProxy, and says so. */
    left: skew,
    /** Its HAProxy hangs. */
    hung: 1000 * (fall * interval + patience) + skew,
    /** Its HAProxy reaches no server. */
    alone: 1000 * fall * interval + skew,
  };
}

/** From 1 to 255, and always the same for a cluster's name, so that most clusters of a network differ. */
export function routerIdOf(cluster: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(cluster)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return 1 + (hash % 255);
}
