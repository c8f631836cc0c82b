import { setTimeout as pause } from "node:timers/promises";
import { RemoteError } from "../remote/errors";
import type { Machine } from "../remote/machine";
import { redact } from "../remote/redact";
import { script } from "../remote/script";
import { atStep, StepError } from "./failure";

/** The exit code of a script that found nothing wrong, only something missing: EX_TEMPFAIL of sysexits.h. */
export const notYet = 75;

export interface Wait {
  machine: Machine;
  unit: string;
  /** The file under scripts/ that tells what is missing: 0 nothing, 75 what it says on stderr, else what failed. */
  script: string;
  variables: Record<string, string>;
  secrets?: readonly string[];
  /** Milliseconds until waiting is given up. */
  patience: number;
  tell: (step: string) => void;
  /** Does something about a reason, where it can be done; what it throws gives the wait up. */
  remedy?: (reason: string) => Promise<void>;
  /** What to do about a reason; by default its cause is to be corrected. */
  advice?: (reason: string) => string | undefined;
  /** Gives the wait up. */
  signal?: AbortSignal;
}

/** How long a machine may be away: it may have restarted, and its node with it. */
const returning = 60_000;

/** Waits for a unit, and says what it waits for; gives up with the unit's own last words. Gives the script's output. */
export async function waitFor(wait: Wait): Promise<string> {
  const { machine, variables, secrets = [], patience, tell, signal } = wait;
  const deadline = Date.now() + patience;
  let step = "looking whether it is ready";
  let reason = "";
  let since: number | undefined;
  for (;;) {
    tell(step);
    const told = { SEEN: reason, PATIENCE: "20" };
    const options = { variables: { ...variables, ...told }, secrets, deadline: 40_000, signal };
    const answer = await machine.attempt(script(wait.script), options).catch((error) => {
      since ??= Date.now();
      if (!isAway(error) || signal?.aborted || Date.now() - since > returning) throw atStep(step, error);
      return undefined;
    });
    if (!answer) {
      step = "waiting: the machine does not answer";
      await pause(1_000);
      continue;
    }
    since = undefined;
    const { code, stdout, stderr } = answer;
    if (code === 0) return stdout;
    reason = redact(stderr, secrets).trim().split("\n").at(-1) ?? "";
    step = `waiting: ${reason}`;
    if (code !== notYet) throw await unitFailure(wait, reason, reason);
    if (Date.now() > deadline)
      throw await unitFailure(wait, reason, `after ${Math.round(patience / 1_000)} s still: ${reason}`);
    await wait.remedy?.(reason);
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  const { kind, answer } = error;
  return kind === "connection lost" || (["unreachable", "refused", "timed out"].includes(kind) && !answer);
}

/** A unit that does not come to what is waited for. */
export class UnitFailure extends StepError {}

async function unitFailure(wait: Wait, reason: string, cause: string): Promise<Error> {
  const { machine, unit, advice } = wait;
  const correct = `correct the cause (journalctl -u ${unit} on ${machine.name} shows all of it)`;
  return new UnitFailure({
    machine: machine.name,
    step: `starting ${unit}`,
    cause,
    journal: await lastWords(wait),
    next: `${advice?.(reason) ?? correct}, then run this again`,
  });
}

/** What the journal says must not hide what is known already. */
async function lastWords({ machine, unit, secrets = [] }: Wait): Promise<string[]> {
  try {
    const lines = await machine.run(script("journal"), { variables: { UNIT: unit }, deadline: 10_000 });
    return redact(lines, secrets)
      .split("\n")
      .filter((line) => line.trim() !== "");
  } catch (error) {
    return [`the journal cannot be read: ${(error as Error).message.split("\n")[0]}`];
  }
}
