import { unless } from "./stopper";

/** Lets so many in at once; the others wait in line. */
export interface Gate {
  /** Resolves with what lets the next one in. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function gate(limit: number): Gate {
  let free = limit;
  const line: (() => void)[] = [];

  function leave() {
    const next = line.shift();
    if (next) next();
    else free += 1;
  }

  return {
    async enter(signal) {
      if (free > 0) {
        free -= 1;
        return once(leave);
      }
      let mine: () => void = () => undefined;
      const turn = new Promise<void>((resolve) => {
        mine = resolve;
        line.push(mine);
      });
      try {
        await unless(signal, turn);
      } catch (error) {
        const place = line.indexOf(mine);
        if (place >= 0) line.splice(place, 1);
        // Aborted in the very moment that the turn came.
        else leave();
        throw error;
      }
      return once(leave);
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
