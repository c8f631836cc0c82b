import { randomBytes } from "node:crypto";
import { lastWords, Trouble } from "./errors";
import type { Answer } from "./machine";
import { type Output, outputOf } from "./output";
import { withVariables } from "./quote";
import { stopper, unless } from "./stopper";
import type { Exit, Running, Transport } from "./transport";
import { guarded } from "./wrap";

export interface Task {
  name: string;
  text: string;
  variables: Record<string, string>;
  deadline: number;
  root: boolean;
  signal?: AbortSignal;
}

const shell = ["/bin/sh", "-s"];

/** How long a script that was told to end is given: two seconds until it is killed, and some for the way. */
const grace = 3_000;

/** Runs a script to its end, whatever its exit code. */
export async function execute(transport: Transport, task: Task): Promise<Answer> {
  const mark = randomBytes(16).toString("hex");
  const input = guarded(withVariables(task.text, task.variables), mark);
  const sudo = task.root && transport.user !== "root";
  const stop = stopper(task);
  try {
    const running = await transport.start(sudo ? ["sudo", "-n", ...shell] : shell, stop.signal);
    stop.started();
    const output = outputOf(running, mark);
    // A process may end without reading what it is given.
    running.stdin.on("error", () => undefined);
    running.stdin.write(input);
    const exit = await endOf(running, stop.signal);
    if (!exit) throw cutOff(stop.signal.reason, output);
    return answerOf(exit, output, { transport, task, sudo });
  } finally {
    stop.done();
  }
}

/** Nothing where the script had to be stopped: by the end of its standard input, see wrap.ts. */
async function endOf(running: Running, signal: AbortSignal): Promise<Exit | undefined> {
  try {
    return await unless(signal, running.ended);
  } catch {
    const patience = setTimeout(running.abandon, grace);
    running.stdin.end();
    await running.ended;
    clearTimeout(patience);
    return undefined;
  } finally {
    running.stdin.end();
  }
}

function cutOff(reason: unknown, output: Output): unknown {
  if (!(reason instanceof Trouble)) return reason;
  const texts = textsOf(output);
  const { failure } = reason;
  return new Trouble({
    ...failure,
    cause: `${failure.cause}${lastWords(texts)}`,
    answer: { code: -1, ...texts },
  });
}

function textsOf({ stdout, stderr }: Output): { stdout: string; stderr: string } {
  return { stdout: stdout.text(), stderr: stderr.text() };
}

interface Context {
  transport: Transport;
  task: Task;
  sudo: boolean;
}

function answerOf(exit: Exit, output: Output, context: Context): Answer {
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
  const { transport, task, sudo } = context;
  const { user, address } = transport;
  const answer = { code: "code" in exit ? exit.code : -1, ...texts };
  if (sudo && /\bsudo: /.test(`${texts.stderr}${texts.stdout}`))
    return new Trouble({
      kind: "authentication",
      cause: `"${task.name}" did not start: sudo refused ${user} on ${address}${lastWords(texts)}`,
      remedy: `Let ${user} use sudo without a password ("${user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d), or log in as root.`,
      answer,
    });
  return new Trouble({
    kind: "failed",
    cause: `"${task.name}" did not start as ${user} on ${address}${lastWords(texts)}`,
    remedy: `Check that \`${[...(sudo ? ["sudo", "-n"] : []), ...shell].join(" ")}\` works for ${user} there, then run this again.`,
    answer,
  });
}
