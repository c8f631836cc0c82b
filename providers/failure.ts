import { RemoteError } from "../remote/errors";
import { plain } from "../remote/plain";

interface Parts {
  machine: string;
  /** What was being done. */
  step: string;
  /** What went wrong, a clause. */
  cause: string;
  /** The lines of the unit's journal that tell more. */
  journal?: readonly string[];
  /** What the reader can do, a sentence. */
  next: string;
}

/** A failure as its user reads it: which machine, at what, why, and what to do. */
export class StepError extends Error {
  constructor({ machine, step, cause, journal = [], next }: Parts) {
    const lines = [
      `${machine}: ${step}: ${cause}`,
      ...journal.map((line) => `  | ${line}`),
      `  next: ${clause(next)}`,
    ];
    super(plain(lines.join("\n")));
    this.name = "StepError";
  }
}

/** The same failure, with what has become of the machine since. */
export function since(failure: StepError, now: string): StepError {
  return Object.assign(failure, { message: plain(`${failure.message}\n  now: ${now}`) });
}

/** A sentence as it reads after a colon; names such as "MaxSessions" keep their capital. */
function clause(sentence: string): string {
  return sentence.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}

/** Whatever was thrown, with the step that it came in where that can be said. */
export function atStep(step: string, thrown: unknown): Error {
  if (thrown instanceof StepError) return thrown;
  if (thrown instanceof RemoteError) {
    const { machine, reason, remedy } = thrown;
    return new StepError({
      machine,
      step: step || thrown.script || "connecting",
      cause: reason,
      next: remedy,
    });
  }
  return thrown instanceof Error ? thrown : new Error(String(thrown ?? "unknown failure"));
}

/** What is to be done after a script's failure, by its exit code. */
export function advised(step: string, thrown: unknown, advice: Record<number, string>): Error {
  const next = thrown instanceof RemoteError ? advice[thrown.answer?.code ?? 0] : undefined;
  if (!next || !(thrown instanceof RemoteError)) return atStep(step, thrown);
  const cause = thrown.answer?.stderr.trim().split("\n").at(-1) || thrown.reason;
  return new StepError({ machine: thrown.machine, step, cause, next });
}
