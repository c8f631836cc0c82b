import type { Answer } from "./machine";
import { plain } from "./plain";
import { redact } from "./redact";

export type RemoteErrorKind =
  | "refused"
  | "unreachable"
  | "timed out"
  | "unknown host"
  | "host key"
  | "authentication"
  | "connection lost"
  | "failed";

/** What went wrong, before it is known on whose behalf. */
export interface Failure {
  kind: RemoteErrorKind;
  /** A clause without a full stop, such as "10.0.0.1 refused the connection". */
  cause: string;
  /** A sentence: what the reader can do about it. */
  remedy: string;
  answer?: Answer;
}

/** Carries a failure from a transport to the machine that names it. */
export class Trouble extends Error {
  constructor(readonly failure: Failure) {
    super(failure.cause);
    this.name = "Trouble";
  }
}

export interface Circumstances {
  machine: string;
  script?: string;
  secrets?: readonly string[];
}

export class RemoteError extends Error {
  readonly kind: RemoteErrorKind;
  readonly machine: string;
  readonly script?: string;
  readonly answer?: Answer;
  /** A clause: what went wrong. */
  readonly reason: string;
  /** A sentence: what the reader can do about it. */
  readonly remedy: string;

  constructor(failure: Failure, { machine, script, secrets = [] }: Circumstances) {
    const clean = (text: string) => redact(text, secrets);
    // A machine's own words may end with a full stop, too.
    const reason = oneLine(clean(failure.cause)).replace(/[.\s]+$/, "");
    const remedy = oneLine(clean(failure.remedy));
    super(`${machine}: ${reason}.\n${remedy}`);
    this.name = "RemoteError";
    this.kind = failure.kind;
    this.machine = machine;
    this.script = script;
    this.reason = reason;
    this.remedy = remedy;
    const { answer } = failure;
    this.answer = answer && { ...answer, stdout: clean(answer.stdout), stderr: clean(answer.stderr) };
  }
}

/** The most telling line of what a script left behind, safe to print. */
export function lastWords({ stdout, stderr }: Pick<Answer, "stdout" | "stderr">): string {
  const line = [stdout, stderr]
    .flatMap((text) => text.split("\n"))
    .map((each) => each.trim())
    .findLast((each) => each !== "");
  return line ? `: ${line}` : "";
}

/** Another machine's output must neither steer the terminal nor fill it. */
function oneLine(text: string): string {
  const line = plain(text.replace(/\s*[\r\n\t]\s*/g, " "));
  return line.length > 1000 ? `${line.slice(0, 1000)}…` : line;
}
