/**
 * Something the user can put right: what is wrong, and the next step. It is printed without a stack;
 * any other error is a bug and shows one.
 */
export class Problem extends Error {
  constructor(
    readonly what: string,
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(`${what}\n  next: ${next}`, options);
    this.name = "Problem";
  }
}
