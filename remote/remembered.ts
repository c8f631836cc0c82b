import { type HostKey, typeOf } from "./known-hosts";
import type { Hop } from "./target";

/** Keys that were trusted at first use, by the way to their hosts: behind two bastions an address is two hosts. */
const keys = new Map<string, HostKey>();

export function remembered(hop: Hop): HostKey | undefined {
  return keys.get(placeOf(hop));
}

export function remember(hop: Hop, blob: Buffer): void {
  keys.set(placeOf(hop), { type: typeOf(blob), blob });
}

function placeOf({ via, host, port }: Hop): string {
  return JSON.stringify([...via, host, port]);
}
