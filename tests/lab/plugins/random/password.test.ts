import { compare } from "bcryptjs";
import { generate } from "../../../../lab/plugins/random/password";
import { random } from "../../../../lab/plugins/random/random";
import { unknown, type Values } from "../../../../lab/plugins/values";
import { type Driven, drive } from "../driven";

const type = "random:index/randomPassword:RandomPassword";
const defaults = {
  ...{ lower: true, upper: true, number: true, numeric: true, special: true },
  ...{ minLower: 0, minNumeric: 0, minSpecial: 0, minUpper: 0 },
};
let driven: Driven;

beforeAll(async () => {
  driven = await drive(random);
});
afterAll(() => driven.stop());

describe("check", () => {
  test.each<[string, Values, Values]>([
    ["the defaults", {}, defaults],
    ["numeric by its old name", { number: false }, { ...defaults, number: false, numeric: false }],
    ["the old name from numeric", { numeric: false }, { ...defaults, number: false, numeric: false }],
    ["an unknown numeric", { numeric: unknown }, { ...defaults, number: unknown, numeric: unknown }],
  ])("fills in %s", async (_case, given, expected) => {
    const { inputs, failures } = await driven.check(type, { length: 8, ...given });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({ length: 8, ...expected });
  });

  test.each<[string, Values, string[]]>([
    ["no length", {}, ["length: is required"]],
    ["no characters wanted", { length: 0 }, ["length: must be at least 1, not 0"]],
    ["less than nothing", { length: 8, minUpper: -1 }, ["minUpper: must be at least 0, not -1"]],
    [
      "less room than the least counts need",
      { length: 9, minUpper: 4, minLower: 3, minNumeric: 2, minSpecial: 1 },
      ["length: must be at least minUpper + minLower + minNumeric + minSpecial, which is 10, not 9"],
    ],
    [
      "nothing to choose from",
      { length: 8, upper: false, lower: false, numeric: false, special: false },
      ["upper, lower, numeric, special: at least one of them must be true"],
    ],
    [
      "two names that disagree",
      { length: 8, number: true, numeric: false },
      ["number: is deprecated and contradicts numeric; leave number out"],
    ],
  ])("refuses %s", async (_case, inputs, reasons) => {
    const { failures } = await driven.check(type, inputs);
    expect(failures).toEqual(reasons.map((reason) => ({ property: "", reason })));
  });

  test.each<[string, Values]>([
    ["exactly enough room", { length: 10, minUpper: 4, minLower: 3, minNumeric: 2, minSpecial: 1 }],
    ["an unknown length", { length: unknown, minUpper: 4 }],
    ["an unknown least count", { length: 2, minUpper: unknown }],
    [
      "an unknown flag among false ones",
      { length: 2, upper: unknown, lower: false, numeric: false, special: false },
    ],
  ])("takes %s", async (_case, inputs) => {
    expect((await driven.check(type, inputs)).failures).toEqual([]);
  });
});

describe("diff", () => {
  const old = { length: 8, ...defaults };

  test("sees no change in the same inputs, nor in those that the official plugin recorded", async () => {
    expect(await driven.diff(type, old, old)).toEqual({ changes: false, diffs: [], replaces: [] });
    expect(await driven.diff(type, { length: 8 }, old)).toEqual({ changes: false, diffs: [], replaces: [] });
  });

  test.each<[string, unknown]>([
    ["keepers", { generation: "2" }],
    ["length", 9],
    ["lower", false],
    ["minLower", 1],
    ["minNumeric", 1],
    ["minSpecial", 1],
    ["minUpper", 1],
    ["number", false],
    ["numeric", false],
    ["overrideSpecial", "_"],
    ["special", false],
    ["upper", false],
    ["length", unknown],
  ])("replaces the password when %s changes to %p", async (name, value) => {
    const news = { ...old, [name]: value };
    expect(await driven.diff(type, old, news)).toEqual({ changes: true, diffs: [name], replaces: [name] });
  });
});

describe("create", () => {
  test("gives a password and its bcrypt hash, both secret, beside the inputs", async () => {
    const inputs = { length: 20, ...defaults, keepers: { generation: "1" } };
    const { id, secrets, state } = await driven.create(type, inputs);
    expect(id).toBe("none");
    expect(secrets).toEqual(["bcryptHash", "result"]);
    expect(state).toEqual({ ...inputs, result: expect.any(String), bcryptHash: expect.any(String) });
    expect(state.result).toHaveLength(20);
    expect(state.bcryptHash).toMatch(/^\$2a\$10\$/);
    expect(await compare(state.result as string, state.bcryptHash as string)).toBe(true);
    expect(await compare(`${state.result}`.slice(1), state.bcryptHash as string)).toBe(false);
  });

  test("hashes the first 72 bytes of a longer password", async () => {
    const { state } = await driven.create(type, { length: 80, ...defaults });
    const first = (state.result as string).slice(0, 72);
    expect(await compare(first, state.bcryptHash as string)).toBe(true);
    expect(await compare(first.slice(1), state.bcryptHash as string)).toBe(false);
  });

  test("previews the result as unknown and makes none", async () => {
    const { id, secrets, state } = await driven.create(type, { length: 8, ...defaults }, true);
    expect({ id, secrets, state }).toEqual({
      id: "",
      secrets: ["bcryptHash", "result"],
      state: { length: 8, ...defaults, result: unknown, bcryptHash: unknown },
    });
  });
});

describe("generate", () => {
  test.each<[string, Values, RegExp]>([
    ["upper case only", { upper: true }, /^[A-Z]{64}$/],
    ["lower case only", { lower: true }, /^[a-z]{64}$/],
    ["digits only", { numeric: true }, /^[0-9]{64}$/],
    ["special characters only", { special: true }, /^[!@#$%&*()\-_=+[\]{}<>:?]{64}$/],
    ["special characters of one's own", { special: true, overrideSpecial: "é~" }, /^[é~]{64}$/],
    ["an empty own list as none", { special: true, overrideSpecial: "" }, /^[!@#$%&*()\-_=+[\]{}<>:?]{64}$/],
  ])("uses %s", (_case, inputs, pattern) => {
    const counts = { minLower: 0, minNumeric: 0, minSpecial: 0, minUpper: 0 };
    expect(generate({ ...counts, length: 64, ...inputs })).toMatch(pattern);
  });

  test.each<[string, Values, Record<string, number>]>([
    ["of what is off", { minNumeric: 63 }, { lower: 1, digit: 63 }],
    [
      "of everything",
      { minUpper: 5, minNumeric: 6, minSpecial: 7 },
      { upper: 5, lower: 46, digit: 6, other: 7 },
    ],
    ["and nothing else", { minLower: 32, minSpecial: 32 }, { lower: 32, other: 32 }],
  ])("keeps the least counts %s", (_case, inputs, expected) => {
    const counts = { minLower: 0, minNumeric: 0, minSpecial: 0, minUpper: 0 };
    const text = generate({ ...counts, length: 64, lower: true, ...inputs });
    expect(tally(text)).toEqual({ upper: 0, lower: 0, digit: 0, other: 0, ...expected });
  });

  test("reaches every character, and puts the least counts anywhere", () => {
    const inputs = {
      length: 4000,
      ...defaults,
      special: false,
      upper: false,
      numeric: false,
      minNumeric: 2000,
    };
    const text = generate(inputs);
    expect(new Set(text).size).toBe(36);
    expect(text.slice(0, 2000)).toMatch(/[a-z]/);
    expect(text.slice(2000)).toMatch(/[0-9]/);
  });
});

function tally(text: string): Record<string, number> {
  const number = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return {
    upper: number(/[A-Z]/g),
    lower: number(/[a-z]/g),
    digit: number(/[0-9]/g),
    other: number(/[^A-Za-z0-9]/g),
  };
}
