import { randomBytes } from "node:crypto";
import type { Kind } from "../kind";

/** random.RandomId: the same random bytes in four spellings, each behind the prefix; the id has none. */
export const id: Kind = {
  inputs: {
    byteLength: { type: "integer", required: true, min: 1 },
    keepers: { type: "map of strings" },
    prefix: { type: "string" },
  },
  outputs: ["b64Std", "b64Url", "dec", "hex"],
  secrets: [],
  replacedBy: ["byteLength", "keepers", "prefix"],
  async create({ byteLength, prefix = "" }) {
    const bytes = randomBytes(byteLength as number);
    return { id: bytes.toString("base64url"), outputs: spellings(bytes, prefix as string) };
  },
};

export function spellings(
  bytes: Buffer,
  prefix: string,
): Record<"b64Std" | "b64Url" | "dec" | "hex", string> {
  const hex = bytes.toString("hex");
  return {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x${hex}`).toString(),
    hex: prefix + hex,
  };
}
