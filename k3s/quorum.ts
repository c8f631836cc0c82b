/** How many of this many voters must agree. */
export function quorum(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** Why these servers cannot leave in one step, or nothing. */
export function removalComplaint(before: readonly string[], after: readonly string[]): string | undefined {
  const leaving = before.filter((name) => !after.includes(name));
  const staying = before.length - leaving.length;
  if (leaving.length === 0 || before.length === 0 || staying >= quorum(before.length)) return undefined;
  return (
    `removing ${leaving.join(", ")} at once would leave ${staying} of ${before.length} voters, ` +
    `and ${quorum(before.length)} are needed: remove at most ${before.length - quorum(before.length)} at a time`
  );
}
