import { randomBytes } from "node:crypto";
import { lastWords, Trouble } from "./errors";
import type { Answer } from "./machine";
import { answerOf } from "./outcome";
import { type Output, outputOf, textsOf } from "./output";
import { withVariables } from "./quote";
import { stopper, unless } from "./stopper";
import { answerSudo, listen, shellCommand, type Verdict } from "./sudo";
import type { Exit, Running, Transport } from "./transport";
import { guarded, reading } from "./wrap";

export interface Task {
  name: string;
  text: string;
  variables: Record<string, string>;
  deadline: number;
  root: boolean;
  signal?: AbortSignal;
  /** What the script reads from its standard input, once it has begun; nothing by default. */
  feed?(running: Running, signal: AbortSignal): Promise<void>;
}

/** How long a script that was told to end is given: two seconds until it is killed, and some for the way. */
const grace = 3_000;

/** Runs a script to its end, whatever its exit code. */
export async function execute(transport: Transport, task: Task): Promise<Answer> {
  const mark = randomBytes(16).toString("hex");
  const text = withVariables(task.text, task.variables);
  const input = task.feed ? reading(text, mark) : guarded(text, mark);
  const sudo = task.root && transport.user !== "root";
  const stop = stopper(task);
  try {
    const command = shellCommand(sudo, transport.sudoPassword);
    const running = await transport.start(command, stop.signal, stop.clock);
    stop.started();
    const output = outputOf(running, mark);
    // A process may end without reading what it is given.
    running.stdin.on("error", () => undefined);
    const password = sudo ? transport.sudoPassword : undefined;
    const progress: Progress = { verdict: "let in" };
    const work = async () => {
      if (password !== undefined) progress.verdict = await answerSudo(running, password);
      if (progress.verdict === "let in") await send(running, { input, mark, task }, stop.signal);
      return running.ended;
    };
    const exit = await endOf(running, work(), stop.signal);
    if (!exit) throw cutOff(stop.signal.reason, output);
    return answerOf(exit, output, { transport, task, command, sudo, ...progress });
  } finally {
    stop.done();
  }
}

interface Progress {
  verdict: Verdict;
}

interface Parcel {
  input: string;
  mark: string;
  task: Task;
}

async function send(running: Running, { input, mark, task }: Parcel, signal: AbortSignal): Promise<void> {
  // The shell may read ahead: what is not for it must come after it has begun.
  const begun = new Promise<void>((resolve) => listen(running.stdout, `${mark}\n`, resolve));
  running.stdin.write(input);
  if (!task.feed) return;
  const ended = running.ended.then(() => "ended");
  if ((await Promise.race([begun, ended])) === "ended") return;
  await task.feed(running, signal);
  running.stdin.end();
}

/** Nothing where the script had to be stopped: by the end of its standard input, see wrap.ts. */
async function endOf(running: Running, work: Promise<Exit>, signal: AbortSignal): Promise<Exit | undefined> {
  try {
    return await unless(signal, work);
  } catch (error) {
    const patience = setTimeout(running.abandon, grace);
    running.stdin.end();
    await running.ended;
    clearTimeout(patience);
    if (!signal.aborted) throw error;
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
