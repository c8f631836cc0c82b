import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Observer } from "../failover/observer";
import { cacheFolder } from "../folders";

/** Something that was said or seen, in milliseconds since the epoch. */
export interface Moment {
  at: number;
  text: string;
}

/** What a run says, line by line with its time, as it comes. */
export interface Log {
  file: string;
  /** Times are from now on. */
  begin(): void;
  onLine(line: string): void;
  /** Puts what was seen meanwhile between the lines. */
  add(moments: readonly Moment[]): void;
}

export function openLog(name: string): Log {
  const file = cacheFolder("upgrade", `${name}.log`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  let begun = Date.now();
  const said: Moment[] = [];
  return {
    file,
    begin: () => {
      begun = Date.now();
    },
    onLine: (line) => {
      const moment = { at: Date.now(), text: line };
      said.push(moment);
      appendFileSync(file, lines([moment], begun));
    },
    add: (moments) => writeFileSync(file, lines([...said, ...moments], begun)),
  };
}

/** What happened at a client and at the balancers. */
export function momentsOf(observer: Pick<Observer, "changes" | "reads" | "writes" | "web">): Moment[] {
  const failures = (["reads", "writes", "web"] as const).flatMap((kind) =>
    observer[kind].flatMap(({ begun, ended, failure }) =>
      failure === undefined
        ? []
        : [{ at: ended, text: `  ${kind}: failed after ${ended - begun} ms: ${failure}` }],
    ),
  );
  const changes = observer.changes.map(({ at, balancer, server, up }) => ({
    at,
    text: `  balancer of ${balancer}: ${server} is ${up ? "in" : "out"}`,
  }));
  return [...failures, ...changes];
}

/** In the order of their times, each with its seconds since the beginning. */
export function lines(moments: readonly Moment[], begun: number): string {
  return moments
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, text }) => `${((at - begun) / 1_000).toFixed(3).padStart(9)}  ${text}\n`)
    .join("");
}
