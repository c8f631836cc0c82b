import type { Machine } from "../remote/machine";
import { script } from "../remote/script";

/** Whether something is not there without which the rest is nothing, or only until it is removed. */
export async function isMissing(machine: Machine, place: string, removing = ""): Promise<boolean> {
  const variables = { PLACE: place, REMOVING: removing };
  return (await machine.run(script("missing"), { variables, deadline: 20_000 })).trim() === "yes";
}
