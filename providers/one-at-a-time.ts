let last: Promise<unknown> = Promise.resolve();

/** Runs what takes a server down after all that came before it: two at once could cost the quorum. */
export function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => undefined);
  return mine;
}
