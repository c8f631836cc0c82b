import { z } from "zod";
import { nearest } from "../words/nearest";
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
  /** What a right value is kept as. */
  kept?: (value: string) => string;
}

/**
 * Any character that a file of k3s may hold in a line: the YAML that k3s reads breaks lines at some that look like
 * spaces, gives up at some that are no characters, and UTF-8 has no half characters.
 */
export const printable = String.raw`[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]`;

/** The same, or a tab or the end of a line. */
export const printableLines = String.raw`(?:${printable}|[\t\n])`;

/** A string of one kind; whatever is wrong with it, the message says what it is and what is allowed. */
export function text({ what, allowed, pattern, hint, secret = false, kept = (value) => value }: Kind) {
  const wrong = (value: unknown): string => {
    if (value === undefined) return `missing: ${what}: ${allowed}`;
    if (value === null) return `empty: expected ${what}: ${allowed}`;
    const said = secret ? "the value" : shown(value);
    const more = typeof value === "object" ? undefined : hint?.(String(value));
    if ((typeof value === "number" || typeof value === "boolean") && more === undefined)
      return `${said} is not ${what}: write it in quotes to make it text (${allowed})`;
    return `${said} is not ${what}: ${more ?? allowed}`;
  };
  return (
    z
      .string({ error: ({ input }) => wrong(input) })
      .regex(pattern, { error: ({ input }) => wrong(input) })
      .overwrite(kept)
      // Editors show this, and the reference page.
      .meta({ patternErrorMessage: allowed })
  );
}

/** The key of a map: `wrong` says what is wrong with it, if anything; editors check the pattern. */
export function mapKey(pattern: string, wrong: (key: string) => string | undefined) {
  return z
    .string()
    .superRefine((given, context) => {
      const message = wrong(given);
      if (message) context.addIssue({ code: "custom", message });
    })
    .meta({ pattern });
}

/** One of a few words, suggesting the nearest. */
export function oneOf<const Words extends readonly string[]>(what: string, words: Words) {
  return z.enum(words, {
    error: ({ input }) => {
      if (input === undefined) return `missing: ${what}: allowed are ${words.join(", ")}`;
      const near = typeof input === "string" ? nearest(input, words) : undefined;
      return `${shown(input)} is not ${what}: ${near ? `did you mean ${near}? ` : ""}allowed are ${words.join(", ")}`;
    },
  });
}

/** A whole number in its limits. */
export function whole(what: string, from: number, to: number) {
  const error = ({ input }: { input?: unknown }) =>
    `${shown(input)} is not ${what}: a whole number from ${from} to ${to}, without quotes`;
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error });
}

export const port = whole("a port", 1, 65535);

/** One, or several in a list. */
export function oneOrMore<One extends z.ZodType>(one: One, what: string) {
  return z.union([one, z.array(one)], {
    error: ({ input }) => `${shown(input)} is not ${what}, or a list of them`,
  });
}
