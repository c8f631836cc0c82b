/** A member of etcd. */
export interface Voter {
  /** Of the node that it runs on. */
  node: string;
  /** One that has joined lately learns first, and has no vote. */
  votes: boolean;
  /** Why it does not count as one that agrees; absent where it does. */
  trouble?: string;
  /** What etcd raises an alarm of on it, such as NOSPACE. */
  alarm?: string;
  /** Whether it was let in and has not run yet: nobody knows its name until it does. */
  unnamed?: boolean;
  /** False where its machine does not answer, or has no data of it. */
  there?: boolean;
}

/** How many of this many voters must agree. */
export function quorum(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** Why these servers cannot leave in one step, or nothing. One of two may where a single server is what is wanted. */
export function removalComplaint(
  before: readonly string[],
  after: readonly string[],
  { toOne = false } = {},
): string | undefined {
  const leaving = before.filter((name) => !after.includes(name)).sort();
  const staying = before.length - leaving.length;
  if (leaving.length === 0 || before.length === 0 || staying >= quorum(before.length)) return undefined;
  const isToOne = before.length === 2 && staying === 1;
  if (isToOne && toOne) return undefined;
  const most = before.length - quorum(before.length);
  const next = isToOne
    ? "give another server before, or allowSingleServer: true where the one that stays is to be alone"
    : most > 0
      ? `remove at most ${most} at a time`
      : "give other servers before";
  return (
    `removing ${leaving.join(", ")} at once would leave ${staying} of ${before.length} voters, ` +
    `and ${quorum(before.length)} are needed: ${next}`
  );
}

/** Why there is no quorum, or nothing. */
export function lostQuorum(members: readonly Voter[]): string | undefined {
  const voters = members.filter(({ votes }) => votes);
  const fine = voters.filter(isFine);
  if (voters.length === 0 || fine.length >= quorum(voters.length)) return undefined;
  return `etcd has ${counted(fine.length, voters)}, and ${quorum(voters.length)} are needed`;
}

/** Why a member must not leave for good, or nothing: those who stay have to be enough. */
export function departureComplaint(members: readonly Voter[], leaving: string): string | undefined {
  const left = members.filter(({ node, votes }) => votes && node !== leaving);
  const fine = left.filter(isFine);
  if (left.length > 0 && fine.length >= quorum(left.length)) return undefined;
  if (left.length === 0) return `${leaving} is the last voter of etcd, which would be nothing without it`;
  return `without ${leaving} etcd would have ${counted(fine.length, left)}, and ${quorum(left.length)} are needed`;
}

/**
 * Why a member must not be away for a while, or nothing. One that is in trouble takes no vote away; of two voters either
 * takes the quorum away, which is how it is meant where there are two.
 */
export function absenceComplaint(members: readonly Voter[], node: string): string | undefined {
  const voters = members.filter(({ votes }) => votes);
  const others = voters.filter((voter) => voter.node !== node);
  const fine = others.filter(isFine);
  const counts = voters.some((voter) => voter.node === node && isFine(voter));
  if (!counts || fine.length === others.length || fine.length >= quorum(voters.length)) return undefined;
  return `while ${node} is away etcd would have ${counted(fine.length, voters)}, and ${quorum(voters.length)} are needed`;
}

/** Who is no healthy voter, and why. */
export function troubles(members: readonly Voter[]): string[] {
  return members.flatMap(({ node, votes, trouble }) =>
    trouble ? [`${node} ${trouble}`] : votes ? [] : [`${node} is not a voter yet`],
  );
}

function counted(fine: number, voters: readonly Voter[]): string {
  const bad = troubles(voters);
  return `${fine} healthy of ${voters.length} voters${bad.length > 0 ? ` (${bad.join(", ")})` : ""}`;
}

function isFine({ trouble }: Voter): boolean {
  return trouble === undefined;
}
