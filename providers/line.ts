import { StepError } from "./failure";

/** Those who are to be changed a few at a time, and none any more once one has failed. */
interface Line {
  running: number;
  waiting: (() => void)[];
  /** Who has failed. */
  failed?: string;
}

interface Place {
  /** Of the line. */
  line: string;
  machine: string;
  /** How many may be at it together. */
  width: number;
  /** How the machine is where nothing comes of its turn; by default nothing was changed there. */
  untouched?: string;
}

const lines = new Map<string, Line>();

/** Does something to a machine when it is its turn; what has not begun when another fails stays as it is. */
export async function inLine<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const { line: name, machine, width } = place;
  const line = lines.get(name) ?? { running: 0, waiting: [] };
  lines.set(name, line);
  while (line.running >= width && !line.failed)
    await new Promise<void>((next) => {
      line.waiting.push(next);
    });
  if (line.failed) throw stopped(place, line.failed);
  line.running++;
  try {
    return await work();
  } catch (error) {
    line.failed ??= machine;
    throw error;
  } finally {
    line.running--;
    const next = line.failed ? line.waiting.splice(0) : line.waiting.splice(0, 1);
    for (const each of next) each();
  }
}

function stopped({ machine, untouched = "nothing was changed here" }: Place, failed: string): StepError {
  return new StepError({
    machine,
    step: "waiting for its turn",
    cause: `${failed} has failed before it, so that ${untouched}`,
    next: `see what is said of ${failed}, then run this again`,
  });
}
