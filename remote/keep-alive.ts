import type { Client } from "ssh2";

/**
 * Finds out that a machine is gone, where nothing else would for a quarter of an hour. That of ssh2 itself would keep
 * the process alive as long as there is a connection.
 */
export function keepAlive(
  client: Client,
  onDead: (reason: string) => void,
  { interval = 5_000, count = 3 } = {},
): () => void {
  let unanswered = 0;
  const timer = setInterval(() => {
    if (unanswered === count) return onDead(`it did not answer for ${(interval * count) / 1000} s`);
    unanswered += 1;
    ask(client, () => {
      unanswered = 0;
    });
    return undefined;
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}

/** To cancel a forwarding that is not there is a question without consequences: "no" is a sign of life, too. */
function ask(client: Client, onAnswer: () => void) {
  try {
    client.unforwardIn("127.0.0.1", 1, onAnswer);
  } catch {
    // The connection is closing, which is known by then.
  }
}
