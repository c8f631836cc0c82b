import { unknown, type Values } from "./values";

/** What a property may hold. */
export interface Field {
  type: "string" | "boolean" | "integer" | "list" | "map of strings" | "object";
  required?: true;
  default?: string | number | boolean;
  min?: number;
  max?: number;
  oneOf?: readonly string[];
  /** The members of an object. */
  fields?: Fields;
}

export type Fields = Readonly<Record<string, Field>>;

/** Fills in the defaults of what is absent, in nested objects too. */
export function withDefaults(fields: Fields, values: Values): Values {
  const filled: Values = { ...values };
  for (const [name, field] of Object.entries(fields)) {
    const value = filled[name] ?? field.default;
    if (value !== undefined)
      filled[name] = isObject(value) && field.fields ? withDefaults(field.fields, value) : value;
  }
  return filled;
}

/**
 * Says everything that is wrong with the properties, each with its path. It never says a value: a
 * password given where a number belongs must not end up on a screen.
 */
export function mistakes(fields: Fields, values: Values, prefix = ""): string[] {
  const strangers = Object.keys(values).filter((name) => !(name in fields));
  return [
    ...strangers.map(
      (name) => `${prefix}${name}: there is no such property; there are ${Object.keys(fields).join(", ")}`,
    ),
    ...Object.entries(fields).flatMap(([name, field]) => mistakesOf(field, values[name], `${prefix}${name}`)),
  ];
}

function mistakesOf(field: Field, value: unknown, path: string): string[] {
  if (value === unknown) return [];
  if (value === undefined) return field.required ? [`${path}: is required`] : [];
  if (!types[field.type](value)) return [`${path}: must be ${article(field.type)}`];
  if (field.fields) return mistakes(field.fields, value as Values, `${path}.`);
  if (field.oneOf && !field.oneOf.includes(value as string))
    return [`${path}: must be one of ${field.oneOf.join(", ")}`];
  if (field.min !== undefined && (value as number) < field.min)
    return [`${path}: must be at least ${field.min}, not ${value}`];
  if (field.max !== undefined && (value as number) > field.max)
    return [`${path}: must be at most ${field.max}, not ${value}`];
  return [];
}

const types: Record<Field["type"], (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  list: Array.isArray,
  "map of strings": (value) =>
    isObject(value) && Object.values(value).every((member) => typeof member === "string"),
  object: isObject,
};

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}
