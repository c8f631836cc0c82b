/** Makes a queue: what is given to it runs after all that came before it, whatever becomes of that. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** For what takes a server down: two at once could cost the quorum. */
export const oneAtATime = inTurn();
