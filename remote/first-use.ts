import { remembered } from "./remembered";
import { routeTo } from "./route";
import type { SshTarget } from "./target";

/** For each of a target's bastions and itself the key that was believed when it was shown first, if that was so. */
export function keysAtFirstUse(target: SshTarget): (string | undefined)[] {
  const named = 1 + (target.bastions?.length ?? 0);
  const keys = routeTo(target).slice(-named).map(remembered);
  return keys.map((key) => key && `${key.type} ${key.blob.toString("base64")}`);
}
