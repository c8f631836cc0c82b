import { lastWords, Trouble } from "./errors";
import type { Task } from "./execute";
import type { Answer } from "./machine";
import { type Output, textsOf } from "./output";
import { sudoFailure, type Verdict } from "./sudo";
import type { Exit, Transport } from "./transport";

interface Context {
  transport: Transport;
  task: Task;
  command: readonly string[];
  sudo: boolean;
  verdict: Verdict;
}

/** What a script that is over has said; fails with Trouble where it did not begin, or nobody can tell its end. */
export function answerOf(exit: Exit, output: Output, context: Context): Answer {
  const { name } = context.task;
  const texts = textsOf(output);
  if ("lost" in exit)
    throw new Trouble({
      kind: "connection lost",
      cause: `the connection to ${context.transport.address} was lost while "${name}" ran: ${exit.lost}`,
      remedy:
        "It may have done a part or all of its work: check that the machine is up, then run this again.",
      answer: { code: -1, ...texts },
    });
  if (!output.stdout.began()) throw neverBegan(exit, texts, context);
  if ("code" in exit) return { code: exit.code, ...texts };
  throw new Trouble({
    kind: "failed",
    cause: `"${name}" was ended by the signal ${exit.signal}${lastWords(texts)}`,
    remedy: `Find out what ended it on ${context.transport.address} (the kernel, when memory ran out?), then run this again.`,
    answer: { code: -1, ...texts },
  });
}

/** The shell that was to read the script never answered, so that what came is the word of something before it. */
function neverBegan(exit: Exit, texts: { stdout: string; stderr: string }, context: Context): Trouble {
  const { transport, task, sudo, verdict, command } = context;
  const { user, address, sudoPassword } = transport;
  const answer = { code: "code" in exit ? exit.code : -1, ...texts };
  const said = `${texts.stderr}${texts.stdout}`;
  const failure =
    sudo && sudoFailure({ user, address, hasPassword: sudoPassword !== undefined, verdict, said });
  if (failure)
    return new Trouble({
      ...failure,
      cause: `"${task.name}" did not start: ${failure.cause}${lastWords(texts)}`,
      answer,
    });
  return new Trouble({
    kind: "failed",
    cause: `"${task.name}" did not start as ${user} on ${address}${lastWords(texts)}`,
    remedy: `Check that \`${command.join(" ")}\` works for ${user} there, then run this again.`,
    answer,
  });
}
