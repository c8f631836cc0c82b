import type { Readable } from "node:stream";
import { plain } from "./plain";
import { afterPrompt } from "./sudo";

/** What is kept of each stream; a script that says more is heard from its end. */
const limit = 256 * 1024;

export interface Tail {
  /** Whether the mark has come; always, where none is expected. */
  began(): boolean;
  text(): string;
}

export interface Output {
  stdout: Tail;
  stderr: Tail;
}

export function outputOf({ stdout, stderr }: { stdout: Readable; stderr: Readable }, mark: string): Output {
  return { stdout: tail(stdout, limit, mark), stderr: tail(stderr, limit) };
}

/** Both as texts: an answer as it is, and talk to be shown; what sudo said before the script is no part of it. */
export function textsOf({ stdout, stderr }: Output): { stdout: string; stderr: string } {
  return { stdout: stdout.text(), stderr: plain(afterPrompt(stderr.text())) };
}

/** Collects the end of a stream, from after the mark if there is one to wait for. */
export function tail(stream: Readable, limit: number, mark?: string): Tail {
  let chunks: Buffer[] = [];
  let size = 0;
  let dropped = 0;
  let began = mark === undefined;

  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (!began) lookForMark(`${mark}\n`);
    if (size > 2 * limit) keep(Buffer.concat(chunks).subarray(-limit), size - limit);
  });

  function lookForMark(line: string) {
    const all = Buffer.concat(chunks);
    const at = all.indexOf(line);
    if (at >= 0) {
      began = true;
      dropped = 0;
      keep(all.subarray(at + line.length), 0);
    } else keep(all, 0);
  }

  function keep(rest: Buffer, lost: number) {
    chunks = [rest];
    size = rest.length;
    dropped += lost;
  }

  return {
    began: () => began,
    text() {
      const all = Buffer.concat(chunks);
      if (dropped === 0 && size <= limit) return all.toString();
      // From a whole line on: half a secret would not be recognised as one.
      const end = all.subarray(-limit);
      const rest = end.subarray(end.indexOf("\n") + 1);
      return `[${dropped + size - rest.length} bytes are left out]\n${rest}`;
    },
  };
}
