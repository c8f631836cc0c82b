import { parseToken } from "../k3s/token";

/** What no message may show of these tokens: also their passwords, which a pinned token hides. */
export function secretsOf(...tokens: string[]): string[] {
  return tokens.flatMap((token) => [token, parseToken(token).password]);
}
