import { randomInt } from "node:crypto";
import { genSalt, hash } from "bcryptjs";
import type { Field } from "../fields";
import type { Kind } from "../kind";
import { unknown, type Values } from "../values";

const flag: Field = { type: "boolean" };
const on: Field = { type: "boolean", default: true };
const count: Field = { type: "integer", min: 0, default: 0 };

const alphabets = {
  Upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  Lower: "abcdefghijklmnopqrstuvwxyz",
  Numeric: "0123456789",
  Special: "!@#$%&*()-_=+[]{}<>:?",
};
const counts = Object.keys(alphabets).map((alphabet) => `min${alphabet}`);

/** random.RandomPassword; nothing about a password can change in place. */
export const password: Kind = {
  inputs: {
    keepers: { type: "map of strings" },
    length: { type: "integer", required: true, min: 1 },
    lower: on,
    minLower: count,
    minNumeric: count,
    minSpecial: count,
    minUpper: count,
    number: flag,
    numeric: flag,
    overrideSpecial: { type: "string" },
    special: on,
    upper: on,
  },
  outputs: ["bcryptHash", "result"],
  secrets: ["bcryptHash", "result"],
  get replacedBy() {
    return Object.keys(this.inputs);
  },

  /** `number` is the old name of `numeric`: either sets both. */
  complete({ number, numeric, ...inputs }) {
    return { ...inputs, number: number ?? numeric ?? true, numeric: numeric ?? number ?? true };
  },

  mistakes(inputs) {
    return [
      known(inputs, "number", "numeric") && inputs.number !== inputs.numeric
        ? "number: is deprecated and contradicts numeric; leave number out"
        : "",
      ["lower", "numeric", "special", "upper"].every((name) => inputs[name] === false)
        ? "upper, lower, numeric, special: at least one of them must be true"
        : "",
      known(inputs, "length", ...counts) && (inputs.length as number) < sum(inputs)
        ? `length: must be at least ${counts.join(" + ")}, which is ${sum(inputs)}, not ${inputs.length}`
        : "",
    ].filter(Boolean);
  },

  async create(inputs) {
    const result = generate(inputs);
    return { id: "none", outputs: { result, bcryptHash: await bcrypt(result) } };
  },
};

/** The least number of each alphabet first, then anything allowed, all of it shuffled. */
export function generate(inputs: Values): string {
  const special = (inputs.overrideSpecial as string) || alphabets.Special;
  const sets = Object.entries({ ...alphabets, Special: special });
  const least = sets.flatMap(([name, set]) => pick(set, inputs[`min${name}`] as number));
  const allowed = sets.filter(([name]) => inputs[name.toLowerCase()]).map(([, set]) => set);
  return shuffle([...least, ...pick(allowed.join(""), (inputs.length as number) - least.length)]).join("");
}

function pick(set: string, number: number): string[] {
  const characters = [...set];
  return Array.from({ length: number }, () => characters[randomInt(characters.length)] ?? "");
}

function shuffle(items: string[]): string[] {
  const keyed = items.map((item) => ({ item, key: randomInt(2 ** 47) }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}

/** With the cost and the prefix of the official plugin. */
async function bcrypt(text: string): Promise<string> {
  return hash(text, (await genSalt(10)).replace("$2b$", "$2a$"));
}

function sum(inputs: Values): number {
  return counts.reduce((total, name) => total + (inputs[name] as number), 0);
}

function known(inputs: Values, ...names: string[]): boolean {
  return names.every((name) => inputs[name] !== unknown);
}
