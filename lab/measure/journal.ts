/** How many sessions sshd opened, by its own log at the level VERBOSE: every remote script is one. */
export function countSessions(journal: string): number {
  return journal.split("\n").filter((line) => line.includes("Starting session: ")).length;
}

/**
 * When learners became voters, in seconds after the first server's start. Takes the servers' journals of
 * k3s with times since the epoch, the first server's first.
 */
export function promotions(journals: readonly string[]): number[] {
  const start = timeOf(journals[0]?.split("\n")[0] ?? "");
  return journals
    .flatMap((journal) => journal.split("\n"))
    .filter((line) => line.includes("Promoted learner "))
    .map((line) => Math.round((timeOf(line) - start) * 10) / 10)
    .sort((a, b) => a - b);
}

function timeOf(line: string): number {
  return Number(line.split(" ")[0]);
}
