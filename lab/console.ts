/** What a command says while it works: on stderr, so that stdout stays an answer. */

export interface Phase {
  /** Says how far the phase has come; replaced on a terminal, kept rare elsewhere. */
  progress(text: string): void;
}

const terminal = process.stderr.isTTY === true;

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Announces a piece of work with its usual length, runs it, and says how long it took. */
export async function phase<T>(
  title: string,
  usually: string,
  work: (phase: Phase) => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  const elapsed = () => duration(Date.now() - begun);
  say(`==> ${title} (usually ${usually})`);
  let latest = "";
  let printed = "";
  const show = () => {
    if (terminal) process.stderr.write(`\r\x1b[K    ${elapsed()} ${latest.slice(0, 90)}`);
    else if (latest !== printed) say(`    ${elapsed()} ${latest}`);
    printed = latest;
  };
  const ticker = setInterval(show, terminal ? 1_000 : 30_000);
  try {
    const result = await work({
      progress: (text) => {
        latest = text;
      },
    });
    if (terminal) process.stderr.write("\r\x1b[K");
    say(`    done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}

export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Lines up rows of cells under a head, as plain text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
