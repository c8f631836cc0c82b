import type { JsonSchema } from "../../manifest/reference";

/** Whether a value fits a JSON Schema, as far as the manifest's uses the language; it refuses words it does not know. */
export function fits(value: unknown, schema: JsonSchema, top = schema): boolean {
  for (const word of Object.keys(schema))
    if (!known.has(word)) throw new Error(`what does "${word}" mean in a JSON Schema?`);
  const inner = schema.$ref && top.$defs?.[schema.$ref.replace("#/$defs/", "")];
  return (
    (!inner || fits(value, inner, top)) &&
    (!schema.anyOf || schema.anyOf.some((branch) => fits(value, branch, top))) &&
    (!schema.type || isA(schema.type, value)) &&
    (!schema.enum || schema.enum.includes(value)) &&
    (schema.const === undefined || schema.const === value) &&
    (typeof value !== "string" || !schema.pattern || new RegExp(schema.pattern, "u").test(value)) &&
    (typeof value !== "number" ||
      (value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value))) &&
    (!Array.isArray(value) || value.every((item) => fits(item, schema.items ?? {}, top))) &&
    (!isObject(value) || fieldsFit(value, schema, top))
  );
}

const known = new Set([
  "$schema",
  "$defs",
  "$ref",
  "id",
  "title",
  "description",
  "default",
  "patternErrorMessage",
  "anyOf",
  "type",
  "enum",
  "const",
  "pattern",
  "minimum",
  "maximum",
  "items",
  "properties",
  "required",
  "additionalProperties",
  "propertyNames",
]);

function fieldsFit(value: Record<string, unknown>, schema: JsonSchema, top: JsonSchema): boolean {
  const { properties = {}, required = [], additionalProperties: more = {}, propertyNames = {} } = schema;
  const others = Object.keys(value).filter((key) => !Object.hasOwn(properties, key));
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    Object.keys(value).every((key) => fits(key, propertyNames, top)) &&
    Object.entries(properties).every(
      ([key, its]) => !Object.hasOwn(value, key) || fits(value[key], its, top),
    ) &&
    others.every((key) => (typeof more === "boolean" ? more : fits(value[key], more, top)))
  );
}

function isA(type: string, value: unknown): boolean {
  if (type === "object") return isObject(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
