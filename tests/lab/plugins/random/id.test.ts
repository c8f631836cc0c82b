import { spellings } from "../../../../lab/plugins/random/id";
import { random } from "../../../../lab/plugins/random/random";
import { unknown, type Values } from "../../../../lab/plugins/values";
import { type Driven, drive } from "../driven";

const type = "random:index/randomId:RandomId";
let driven: Driven;

beforeAll(async () => {
  driven = await drive(random);
});
afterAll(() => driven.stop());

test.each([
  ["a7ef6152", "", { b64Url: "p-9hUg", b64Std: "p+9hUg==", hex: "a7ef6152", dec: "2817483090" }],
  ["fbefff", "x-", { b64Url: "x---__", b64Std: "x-++//", hex: "x-fbefff", dec: "x-16510975" }],
  ["0001", "", { b64Url: "AAE", b64Std: "AAE=", hex: "0001", dec: "1" }],
  [
    "ffffffffffffffffff",
    "",
    {
      b64Url: "____________",
      b64Std: "////////////",
      hex: "ffffffffffffffffff",
      dec: "4722366482869645213695",
    },
  ],
])("spells the bytes %s behind the prefix %p", (hex, prefix, expected) => {
  expect(spellings(Buffer.from(hex, "hex"), prefix)).toEqual(expected);
});

test("creates an id without the prefix, of as many bytes as asked for, with nothing secret", async () => {
  const { id, secrets, state } = await driven.create(type, { byteLength: 12, prefix: "web-" });
  expect(secrets).toEqual([]);
  const bytes = Buffer.from(id, "base64url");
  expect(bytes).toHaveLength(12);
  expect(state).toEqual({ byteLength: 12, prefix: "web-", ...spellings(bytes, "web-") });
});

test("creates a different id each time", async () => {
  const ids = await Promise.all(
    [1, 2, 3].map(async () => (await driven.create(type, { byteLength: 16 })).id),
  );
  expect(new Set(ids).size).toBe(3);
});

test("previews every spelling as unknown", async () => {
  const { state } = await driven.create(type, { byteLength: 4 }, true);
  expect(state).toEqual({ byteLength: 4, b64Std: unknown, b64Url: unknown, dec: unknown, hex: unknown });
});

test.each<[string, Values, string]>([
  ["no length", {}, "byteLength: is required"],
  ["no bytes", { byteLength: 0 }, "byteLength: must be at least 1, not 0"],
  ["a prefix that is no string", { byteLength: 1, prefix: 1 }, "prefix: must be a string"],
])("refuses %s", async (_case, inputs, reason) => {
  expect((await driven.check(type, inputs)).failures).toEqual([{ property: "", reason }]);
});

test.each<[string, unknown]>([
  ["byteLength", 5],
  ["keepers", { image: "b" }],
  ["prefix", "y"],
])("is replaced when %s changes", async (name, value) => {
  const old = { byteLength: 4, keepers: { image: "a" }, prefix: "x" };
  expect(await driven.diff(type, old, old)).toEqual({ changes: false, diffs: [], replaces: [] });
  expect(await driven.diff(type, old, { ...old, [name]: value })).toEqual({
    changes: true,
    diffs: [name],
    replaces: [name],
  });
});

test("a refresh gives back what the state holds", async () => {
  const { id, state } = await driven.create(type, { byteLength: 4 });
  const read = await driven.read(type, id, state, { byteLength: 4 });
  expect(read).toEqual({ id, inputs: { byteLength: 4 }, secrets: [], state });
});
