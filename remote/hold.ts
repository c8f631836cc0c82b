import { execute } from "./execute";
import type { Answer, Script } from "./machine";
import { listen } from "./sudo";
import type { Running, Transport } from "./transport";

export interface HoldOptions {
  /** Assigned before the script's text; they travel over standard input. */
  variables?: Record<string, string>;
  /** What the script says, as a line, when it holds what it is to hold; no sooner than it has heard of us. */
  sign: string;
  /** Milliseconds between the words that it hears of us, on descriptor 3. */
  every: number;
  /** Milliseconds for the way there, until it holds or has ended. */
  patience: number;
  /** Run as root, by sudo where the user is another; true by default. */
  root?: boolean;
}

/** A script that goes on until it is told to end, by the end of what it hears; or is not heard any more. */
export interface Held {
  /** However it ended; never rejects. */
  ended: Promise<unknown>;
  release(): Promise<unknown>;
}

/** Longer than anything that is done on a machine. */
const aDay = 86_400_000;

/** Starts a script that goes on; gives its answer where it has ended instead. */
export async function hold(
  transport: Transport,
  script: Script,
  { variables = {}, sign, every, patience, root = true }: HoldOptions,
): Promise<Held | Answer> {
  let begin: () => void = () => undefined;
  let release: () => void = () => undefined;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const feed = async (running: Running, signal: AbortSignal) => {
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    listen(running.stdout, `${sign}\n`, begin);
    const speak = () => running.stdin.write("\n");
    speak();
    const beat = setInterval(speak, every);
    await Promise.race([released, stopped, running.ended]);
    clearInterval(beat);
  };
  const task = { ...script, variables, deadline: aDay, root, feed, signal: late.signal };
  const answer = execute(transport, task).finally(() => clearTimeout(timer));
  void begun.then(() => clearTimeout(timer));
  const ended = answer.catch((error: unknown) => error);
  const held = {
    ended,
    release: () => {
      release();
      return ended;
    },
  };
  return Promise.race([begun.then(() => held), answer]);
}
