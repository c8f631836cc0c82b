import { acceptedKeys } from "./host-key";
import { remembered } from "./remembered";
import { routeTo } from "./route";
import type { Hop, SshTarget } from "./target";

/** For each of a target's bastions and itself the key that was believed when it was shown first, if that was so. */
export function keysAtFirstUse(target: SshTarget): (string | undefined)[] {
  const keys = named(target).map(remembered);
  return keys.map((key) => key && `${key.type} ${key.blob.toString("base64")}`);
}

/** For each of a target's bastions and itself whether the user's files have a key of it, so that none is believed. */
export function knownByFiles(target: SshTarget): boolean[] {
  try {
    return named(target).map((hop) => acceptedKeys(hop).length > 0);
  } catch {
    // Files that cannot be read know nobody; whoever connects is told why.
    return [];
  }
}

function named(target: SshTarget): Hop[] {
  return routeTo(target).slice(-1 - (target.bastions?.length ?? 0));
}
