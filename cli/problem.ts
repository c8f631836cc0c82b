/** Something that the user can put right: what is wrong, and the next step. It is printed without a stack. */
export class Problem extends Error {
  constructor(what: string, next: string, options?: ErrorOptions) {
    super(`${what}\n  next: ${next}`, options);
    this.name = "Problem";
  }
}
