import type { Readable } from "node:stream";
import type { Failure } from "./errors";
import type { Running } from "./transport";

const shell = ["/bin/sh", "-s"];
const prompt = "sudo asks for the password:";
const ready = "the shell has begun";

/** The command line of a shell that reads its standard input, as root by sudo if need be. */
export function shellCommand(sudo: boolean, password: string | undefined): readonly string[] {
  if (!sudo) return shell;
  if (password === undefined) return ["sudo", "-n", ...shell];
  // -k: no login of before is to decide whether it asks. It may not ask at all, and then the shell must not be given
  // the password: it says when it has begun.
  return ["sudo", "-k", "-S", "-p", prompt, "/bin/sh", "-c", `echo ${ready}; exec ${shell.join(" ")}`];
}

export type Verdict = "let in" | "wrong password" | "ended";

/** Answers sudo's question, if it asks; a second question means that the answer was wrong. */
export async function answerSudo(running: Running, password: string): Promise<Verdict> {
  let answers = 0;
  const wrong = new Promise<Verdict>((resolve) => {
    listen(running.stderr, prompt, () => {
      if (answers++ === 0) running.stdin.write(`${password}\n`);
      else {
        running.stdin.end();
        resolve("wrong password");
      }
    });
  });
  const letIn = new Promise<Verdict>((resolve) => {
    listen(running.stdout, `${ready}\n`, () => resolve("let in"));
  });
  const ended = running.ended.then((): Verdict => "ended");
  return Promise.race([wrong, letIn, ended]);
}

/** Calls for each time that the stream says something. */
export function listen(stream: Readable, text: string, onHeard: () => void): void {
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const parts = `${rest}${chunk.toString("latin1")}`.split(text);
    rest = parts.pop()?.slice(-text.length) ?? "";
    for (const _ of parts) onHeard();
  });
}

/** What a script said, without what sudo said before it. */
export function afterPrompt(stderr: string): string {
  const at = stderr.lastIndexOf(prompt);
  return at < 0 ? stderr : stderr.slice(at + prompt.length);
}

interface Refusal {
  user: string;
  address: string;
  hasPassword: boolean;
  verdict: Verdict;
  said: string;
}

/** Why sudo did not let the user through, where it was sudo that did not. */
export function sudoFailure({
  user,
  address,
  hasPassword,
  verdict,
  said,
}: Refusal): Omit<Failure, "answer"> | undefined {
  const failure = (cause: string, remedy: string) => ({ kind: "authentication" as const, cause, remedy });
  const free = `let ${user} use sudo without a password ("${user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d), or log in as root.`;
  if (/must have a tty/.test(said))
    return failure(
      `sudo on ${address} wants a terminal (requiretty), and a script has none`,
      `Take requiretty out of the sudoers there ("Defaults:${user} !requiretty"), or log in as root.`,
    );
  if (verdict === "wrong password" || /\b(incorrect password|try again)/.test(said))
    return failure(
      `sudo on ${address} did not take the sudoPassword of ${user}`,
      `Correct sudoPassword (for sudo it is ${user}'s own, unless the sudoers there say otherwise), or ${free}`,
    );
  if (!/\bsudo: /.test(said)) return undefined;
  return failure(
    `sudo refused ${user} on ${address}`,
    hasPassword ? `Allow ${user} to use sudo there, or log in as root.` : `Give sudoPassword, ${free}`,
  );
}
