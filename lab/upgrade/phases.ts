import { boundaryOf, type Named } from "../kills/boundaries";

/** A step of a resource, in seconds since the run began; to the second, as the engine's log has it. */
export interface Phase {
  what: string;
  from: number;
  seconds: number;
}

/** How long each resource was at each step: until its next one, or until it was done. */
export function phasesOf(log: string, named: Named): Phase[] {
  const lines = log.split("\n").filter(Boolean);
  const times = lines.map((line) => (JSON.parse(line) as { timestamp: number }).timestamp);
  const begun = times[0] ?? 0;
  const steps = lines.flatMap((line, index) => {
    const what = boundaryOf(line, named);
    return what === undefined
      ? []
      : [{ what, resource: what.split(":")[0], at: (times[index] ?? 0) - begun }];
  });
  const begins = steps.filter(
    ({ what, resource }, index) =>
      steps.slice(0, index).findLast((one) => one.resource === resource)?.what !== what,
  );
  return begins.flatMap(({ what, resource, at }, index) => {
    const next = begins.slice(index + 1).find((one) => one.resource === resource);
    return next ? [{ what, from: at, seconds: next.at - at }] : [];
  });
}
