import { plain } from "../../remote/plain";

/** What the probe found, by name; what it said several times is a list. */
export type Facts = Record<string, string[]>;

export function parseFacts(text: string): Facts {
  const facts: Facts = {};
  for (const line of text.split("\n")) {
    const [, name, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    facts[name] = [...(facts[name] ?? []), plain(value).trim()];
  }
  return facts;
}

/** The first value, or an empty text. */
export function fact(facts: Facts, name: string): string {
  return facts[name]?.[0] ?? "";
}

/** A value that is a list of words. */
export function words(facts: Facts, name: string): string[] {
  return fact(facts, name).split(" ").filter(Boolean);
}

/** All values of a name that are not empty. */
export function all(facts: Facts, name: string): string[] {
  return (facts[name] ?? []).filter(Boolean);
}

/** A count, or nothing where the machine did not tell. */
export function count(facts: Facts, name: string): number | undefined {
  const text = fact(facts, name);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
