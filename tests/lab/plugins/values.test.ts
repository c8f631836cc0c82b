import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { fromStruct, toStruct } from "../../../lab/plugins/values";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

test("a member that is null counts as not given; an element of a list stays in its place", () => {
  const struct = Struct.fromJavaScript({ a: null, b: { c: null, d: 1 }, e: [null, { f: null }] });
  expect(fromStruct(struct)).toEqual({ b: { d: 1 }, e: [null, {}] });
  expect(fromStruct(undefined)).toEqual({});
});

test("what is undefined is left out and what is secret is marked", () => {
  const struct = toStruct({ a: undefined, b: "x", c: { d: 1, e: undefined } }, ["a", "c"]);
  expect(struct.toJavaScript()).toEqual({ b: "x", c: secret({ d: 1 }) });
});
