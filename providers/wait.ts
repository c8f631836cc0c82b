import type { Machine } from "../remote/machine";
import { script } from "./script";
import type { Tell } from "./wire";

const notYet = 75;

export interface Wait {
  machine: Machine;
  unit: string;
  /** The file under scripts/ that tells what is missing. */
  script: string;
  variables: Record<string, string>;
  /** Milliseconds until waiting is given up. */
  patience: number;
  tell: Tell;
}

/** Waits for a unit, and says what it waits for; gives up with the unit's own last words. */
export async function waitReady({
  machine,
  unit,
  script: name,
  variables,
  patience,
  tell,
}: Wait): Promise<void> {
  const deadline = Date.now() + patience;
  let seen = "";
  for (;;) {
    tell(seen === "" ? "looking" : `waiting: ${seen}`);
    const answer = await machine.attempt(script(name), {
      variables: { ...variables, SEEN: seen, PATIENCE: "20" },
      deadline: 40_000,
    });
    if (answer.code === 0) return;
    seen = answer.stderr.trim().split("\n").at(-1) ?? "";
    if (answer.code !== notYet || Date.now() > deadline) {
      throw await failure(machine, unit, seen, Date.now() > deadline ? patience : 0);
    }
  }
}

async function failure(machine: Machine, unit: string, reason: string, waited: number): Promise<Error> {
  const journal = await machine.run(script("journal"), { variables: { UNIT: unit }, deadline: 10_000 });
  const after = waited > 0 ? ` after ${Math.round(waited / 1_000)} s` : "";
  const last = journal.trim() === "" ? "" : `\n  ${journal.trim().split("\n").join("\n  ")}`;
  return new Error(
    `${machine.name}: ${unit} is not ready${after}: ${reason}${last}\n  next: journalctl -u ${unit} on ${machine.name}, then run this again`,
  );
}
