import { z } from "zod";
import { nearest } from "./nearest";
import { type Found, valueAt, type Way } from "./place";
import { shown } from "./shown";

type Issue = z.core.$ZodIssue;

/** What zod found, in words for somebody who writes a manifest: one mistake for each wrong key or value. */
export function explain(schema: z.ZodType, value: unknown, issue: Issue, above: Way = []): Found[] {
  const way = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      way: [...way, key],
      message: unknownKey(key, knownKeys(schema, way)),
      atKey: true,
    }));
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ way, message, atKey: true }));
  if (issue.code === "invalid_union") {
    const inner = issue.errors.find(
      (branch) => branch.length > 0 && branch.every(({ path }) => path.length > 0),
    );
    if (inner) return inner.flatMap((nested) => explain(schema, value, nested, way));
  }
  if (issue.code === "invalid_type" && issue.expected in plain && issue.message.startsWith("Invalid input"))
    return [{ way, message: notPlain(valueAt(value, way), plain[issue.expected]) }];
  return [{ way, message: issue.message }];
}

/** Of these zod speaks in its own words, "Invalid input: …"; every other field has its message from the schema. */
const plain: Record<string, string> = {
  object: "a map of keys and values",
  record: "a map of keys and values",
  array: "a list",
  boolean: "true or false",
};

function notPlain(value: unknown, expected = ""): string {
  if (value !== null && value !== undefined) return `${shown(value)} is not ${expected}`;
  return `empty: expected ${expected}`;
}

function unknownKey(key: string, known: string[]): string {
  const near = nearest(key, known);
  if (near) return `unknown key: did you mean ${near}?`;
  const place = elsewhere[key];
  if (place && Object.hasOwn(elsewhere, key)) return `unknown key here: it belongs in ${place}`;
  return `unknown key: allowed here are ${known.join(", ")}`;
}

/** Keys that are often written one level off. */
const elsewhere: Record<string, string> = {
  user: "ssh",
  port: "ssh",
  identityFile: "ssh",
  knownHosts: "ssh",
  hostKey: "ssh of a machine, since every machine has its own",
  nodeIp: "a machine",
  mirror: "artifacts",
};

function knownKeys(schema: z.ZodType, way: Way): string[] {
  const inner = way.reduce<unknown>((outer, key) => {
    const container = unwrapped(outer);
    if (container instanceof z.ZodArray) return container.element;
    return container instanceof z.ZodObject ? container.shape[String(key)] : undefined;
  }, schema);
  const found = unwrapped(inner);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** The schema behind defaults and "optional". */
function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? unwrapped(schema.unwrap())
    : schema;
}
