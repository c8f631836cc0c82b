import { z } from "zod";
import { nearest } from "./nearest";
import { shown } from "./shown";

interface Kind {
  /** With its article, for "… is not a node name". */
  what: string;
  /** What is right, with an example. */
  allowed: string;
  pattern: RegExp;
  /** Says more about a value that does not fit, where more is known. */
  hint?: (value: string) => string | undefined;
  /** The value never appears in a message. */
  secret?: boolean;
}

/** A string of one kind; whatever is wrong with it, the message says what it is and what is allowed. */
export function text({ what, allowed, pattern, hint, secret = false }: Kind) {
  const wrong = (value: unknown): string => {
    if (value === undefined) return `missing: ${what}: ${allowed}`;
    if (value === null) return `empty: expected ${what}: ${allowed}`;
    const said = secret ? "the value" : shown(value);
    const more = typeof value === "object" ? undefined : hint?.(String(value));
    if ((typeof value === "number" || typeof value === "boolean") && more === undefined)
      return `${said} is not ${what}: write it in quotes to make it text (${allowed})`;
    return `${said} is not ${what}: ${more ?? allowed}`;
  };
  return z
    .string({ error: ({ input }) => wrong(input) })
    .regex(pattern, { error: ({ input }) => wrong(input) });
}

/** One of a few words, suggesting the nearest. */
export function oneOf<const Words extends readonly string[]>(what: string, words: Words) {
  return z.enum(words, {
    error: ({ input }) => {
      const near = typeof input === "string" ? nearest(input, words) : undefined;
      return `${shown(input)} is not ${what}: ${near ? `did you mean ${near}? ` : ""}allowed are ${words.join(", ")}`;
    },
  });
}

export const port = z
  .number({ error: ({ input }) => notPort(input) })
  .int({ error: ({ input }) => notPort(input) })
  .min(1, { error: ({ input }) => notPort(input) })
  .max(65535, { error: ({ input }) => notPort(input) });

function notPort(value: unknown): string {
  return `${shown(value)} is not a port: a whole number from 1 to 65535, without quotes`;
}
