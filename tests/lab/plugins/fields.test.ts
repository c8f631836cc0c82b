import { type Fields, mistakes, withDefaults } from "../../../lab/plugins/fields";
import { unknown } from "../../../lab/plugins/values";

const fields: Fields = {
  name: { type: "string", required: true },
  size: { type: "integer", min: 1, max: 9, default: 3 },
  on: { type: "boolean" },
  level: { type: "string", oneOf: ["low", "high"] },
  tags: { type: "map of strings" },
  list: { type: "list" },
  inner: {
    type: "object",
    fields: { port: { type: "integer", default: 22 }, host: { type: "string", required: true } },
  },
};

test.each([
  ["nothing wrong", { name: "n", size: 9, on: false, level: "low", tags: { a: "b" }, list: [1] }, []],
  ["a required property missing", {}, ["name: is required"]],
  [
    "an unknown value, whatever the type",
    { name: unknown, size: unknown, inner: unknown, tags: unknown },
    [],
  ],
  ["an unknown value in an object", { name: "n", inner: { host: unknown } }, []],
  ["too small", { name: "n", size: 0 }, ["size: must be at least 1, not 0"]],
  ["too large", { name: "n", size: 10 }, ["size: must be at most 9, not 10"]],
  ["a fraction", { name: "n", size: 1.5 }, ["size: must be an integer"]],
  ["a number in a string", { name: "n", size: "3" }, ["size: must be an integer"]],
  ["not one of the choices", { name: "n", level: "mid" }, ["level: must be one of low, high"]],
  ["a map of something else", { name: "n", tags: { a: 1 } }, ["tags: must be a map of strings"]],
  ["a list for an object", { name: "n", inner: [] }, ["inner: must be an object"]],
  ["a required property of an object", { name: "n", inner: {} }, ["inner.host: is required"]],
  [
    "a property that does not exist",
    { name: "n", inner: { host: "h", user: "secret" } },
    ["inner.user: there is no such property; there are port, host"],
  ],
  [
    "everything at once",
    { size: 0, on: "yes" },
    ["name: is required", "size: must be at least 1, not 0", "on: must be a boolean"],
  ],
])("says what is wrong: %s", (_case, values, expected) => {
  expect(mistakes(fields, values)).toEqual(expected);
});

test("fills in defaults at every depth and keeps what is given", () => {
  expect(withDefaults(fields, { name: "n", inner: { host: "h" } })).toEqual({
    name: "n",
    size: 3,
    inner: { host: "h", port: 22 },
  });
  expect(withDefaults(fields, { size: unknown, inner: unknown })).toEqual({ size: unknown, inner: unknown });
});
