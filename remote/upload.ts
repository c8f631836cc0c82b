import { createReadStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { Trouble } from "./errors";
import type { Task } from "./execute";
import { placing } from "./place-file";
import type { Running } from "./transport";
import { inHome } from "./user-file";

export interface UploadOptions {
  /** Octal, such as "0755". */
  mode: string;
  /** Of the whole content, in hexadecimal: what arrives and differs is thrown away. */
  sha256: string;
  /** Milliseconds, as of a script. */
  deadline: number;
  root?: boolean;
  signal?: AbortSignal;
}

/** A script that streams a file to its place, which it takes in one step or not at all. */
export function uploading(source: Readable | string, path: string, options: UploadOptions): Task {
  const { mode, sha256, root = true, ...rest } = options;
  if (!/^[0-9a-f]{64}$/i.test(sha256))
    throw new TypeError(`${sha256} is no SHA-256: give it as 64 hexadecimal digits.`);
  // It may fail before it is its turn; then whoever reads it is told.
  if (typeof source !== "string") source.on("error", () => undefined);
  return {
    name: `upload ${path}`,
    ...placing(path, mode, { SHA256: sha256.toLowerCase() }),
    root,
    ...rest,
    feed: (running, signal) => feed(source, path, running, signal),
  };
}

const chunk = 256 * 1024;

async function feed(
  source: Readable | string,
  path: string,
  running: Running,
  signal: AbortSignal,
): Promise<void> {
  const content =
    typeof source === "string" ? createReadStream(inHome(source), { highWaterMark: chunk }) : source;
  const over = new AbortController();
  const stop = () => {
    over.abort();
    content.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  void running.ended.then(stop);
  try {
    await pump(content, running.stdin, over.signal);
  } catch (error) {
    // Whatever ended the script, or is to end it, says more than that it stopped reading.
    if (!over.signal.aborted) throw unreadable(source, path, error as Error);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits where the machine reads slowly, so that little more is in memory than is on its way. */
async function pump(content: Readable, sink: Writable, over: AbortSignal): Promise<void> {
  for await (const piece of content) {
    over.throwIfAborted();
    if (!sink.write(piece)) await drained(sink, over);
  }
}

function drained(sink: Writable, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(over.reason);
    over.addEventListener("abort", stop, { once: true });
    sink.once("drain", () => {
      over.removeEventListener("abort", stop);
      resolve();
    });
  });
}

function unreadable(source: Readable | string, path: string, { message }: Error): Trouble {
  return new Trouble({
    kind: "failed",
    cause: `${typeof source === "string" ? source : "the stream"} cannot be uploaded to ${path}: ${message}`,
    remedy: "Make it readable for the user who runs this; the file on the machine is as it was.",
  });
}
