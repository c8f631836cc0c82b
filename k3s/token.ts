/** k3s's tokens: \`K10<hash of the CA>::<user>:<password>\`, or the password alone. */

export type TokenUser = "server" | "node";

export interface Token {
  /** SHA-256 of the CA bundle as the supervisor serves it; a token without it trusts whoever answers. */
  caHash?: string;
  user?: string;
  password: string;
}

export function parseToken(text: string): Token {
  const pinned = /^K10([0-9a-f]{64})::([^:]+):(.+)$/s.exec(text);
  if (pinned) return { caHash: pinned[1], user: pinned[2], password: pinned[3] ?? "" };
  return { password: text };
}

/** The token in its full form, which a node refuses to use with any other cluster. */
export function pinnedToken(caHash: string, user: TokenUser, password: string): string {
  return `K10${caHash}::${user}:${password}`;
}

/** Another password in a token that stays as full, or as short, as it is. */
export function renewed(token: string, password: string): string {
  const { caHash, user } = parseToken(token);
  return caHash && user ? `K10${caHash}::${user}:${password}` : password;
}

/** The agent token in its full form, for the cluster that a pinned server token belongs to. */
export function pinnedAgentToken(joinToken: string, agentToken: string): string {
  return pinnedToken(parseToken(joinToken).caHash ?? "", "node", agentToken);
}
