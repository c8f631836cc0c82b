/** A block of addresses; addresses are numbers, so that blocks can be compared. */
export interface Cidr {
  family: 4 | 6;
  first: bigint;
  last: bigint;
  /** How many of an address's bits are fixed. */
  prefix: number;
}

/** How long an address of a family is. */
export const bits = { 4: 32, 6: 128 } as const;

/** Undefined for what is no block, and for an address with bits set behind its prefix. */
export function cidrOf(text: string): Cidr | undefined {
  const [, address = "", digits = ""] = /^([^/]{1,64})\/(\d{1,3})$/.exec(text) ?? [];
  const known = addressOf(address);
  const prefix = Number(digits);
  if (known === undefined || prefix > bits[known.family]) return undefined;
  const size = 1n << BigInt(bits[known.family] - prefix);
  if (known.number % size !== 0n) return undefined;
  return { family: known.family, first: known.number, last: known.number + size - 1n, prefix };
}

export function addressOf(text: string): { family: 4 | 6; number: bigint } | undefined {
  return fourOf(text) ?? sixOf(text);
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function holds(block: Cidr, address: { family: 4 | 6; number: bigint }): boolean {
  return block.family === address.family && block.first <= address.number && address.number <= block.last;
}

function fourOf(text: string) {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return { family: 4 as const, number: parts.reduce((all, part) => all * 256n + BigInt(part), 0n) };
}

function sixOf(text: string) {
  const halves = text.split("::").map((half) => (half === "" ? [] : half.split(":").flatMap(groups)));
  const [head = [], tail] = halves;
  const count = head.length + (tail?.length ?? 0);
  if (halves.length > 2 || (tail ? count > 7 : count !== 8)) return undefined;
  const all = tail ? [...head, ...Array<string>(8 - count).fill("0"), ...tail] : head;
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { family: 6 as const, number: all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}

/** An IPv6 address may end like an IPv4 address. */
function groups(part: string): string[] {
  const four = part.includes(".") ? fourOf(part) : undefined;
  return four ? [(four.number >> 16n).toString(16), (four.number & 0xffffn).toString(16)] : [part];
}
