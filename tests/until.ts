import { setTimeout as pause } from "node:timers/promises";

/** Waits for what another process brings about. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited 20 s in vain until ${what}.`);
    await pause(10);
  }
}
