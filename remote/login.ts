import type { AuthHandlerMiddleware, NextAuthHandler } from "ssh2";
import type { Means } from "./credentials";
import { type Failure, Trouble } from "./errors";
import { addressOf, type Hop } from "./target";

/** A login as it goes: each means is tried once. */
export interface Login {
  handler: AuthHandlerMiddleware;
  /** Why it came to nothing. */
  failure(reason: string): Trouble;
}

export function loginOf(hop: Hop, means: readonly Means[]): Login {
  const waiting = [...means];
  const tried: Means[] = [];
  let accepted: readonly string[] | undefined;

  return {
    handler(left: readonly string[] | null, _partial, next) {
      accepted = left ?? accepted;
      for (let each = waiting.shift(); each; each = waiting.shift()) {
        if (left && !left.includes(methodOf(each))) continue;
        tried.push(each);
        return next(each.auth);
      }
      return giveUp(next);
    },
    failure(reason) {
      return new Trouble(refusal(hop, { tried, means, accepted, reason }));
    },
  };
}

/** The types do not know how ssh2 is told that there is nothing left to try. */
function giveUp(next: NextAuthHandler) {
  (next as unknown as (nothing: false) => void)(false);
}

function methodOf({ auth }: Means): string {
  return auth.type === "agent" ? "publickey" : auth.type;
}

interface Course {
  tried: readonly Means[];
  means: readonly Means[];
  accepted: readonly string[] | undefined;
  reason: string;
}

function refusal(hop: Hop, { tried, means, accepted = [], reason }: Course): Failure {
  const names = (all: readonly Means[]) => [...new Set(all.map((each) => each.description()))];
  const left = accepted.length > 0 ? ` (it accepts ${accepted.join(", ")})` : "";
  const why = /all configured authentication methods/i.test(reason) ? "" : `: ${reason}`;
  const skipped = names(means).filter((name) => !names(tried).includes(name));
  const notTried = skipped.length > 0 ? `; it does not take ${skipped.join(" nor ")}` : "";
  const password = tried.some(({ auth }) => auth.type === "password") ? "the password, " : "";
  return {
    kind: "authentication",
    cause: `${addressOf(hop)} did not let ${hop.user} in with ${names(tried).join(", nor with ") || "anything"}${notTried}${left}${why}`,
    remedy: `Check the user, ${password}and that its ~/.ssh/authorized_keys there holds the key; \`journalctl -u ssh -u sshd\` there says more.`,
  };
}
