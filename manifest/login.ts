import type { MachineSsh } from "./schema";
import { milliseconds } from "./units";

/** How to log in to a machine, in the words of what connects to it. */
export function loginOf({ bastion, ...ssh }: MachineSsh, connect: string | undefined) {
  return {
    ...ssh,
    ...(bastion ? { bastions: bastion } : {}),
    ...(connect ? { connectTimeout: milliseconds(connect) } : {}),
  };
}
