import { addressOf, type Known, lengths } from "../balancer/subnets";

/** A block of addresses; addresses are numbers, so that blocks can be compared. */
export interface Cidr {
  family: 4 | 6;
  first: bigint;
  last: bigint;
  /** How many of an address's bits are fixed. */
  prefix: number;
}

/** Undefined for what is no block, and for an address with bits set behind its prefix. */
export function cidrOf(text: string): Cidr | undefined {
  const [, address = "", digits = ""] = /^([^/]{1,64})\/(\d{1,3})$/.exec(text) ?? [];
  const known = addressOf(address);
  const prefix = Number(digits);
  if (known === undefined || prefix > lengths[known.family]) return undefined;
  const size = 1n << BigInt(lengths[known.family] - prefix);
  if (known.number % size !== 0n) return undefined;
  return { family: known.family, first: known.number, last: known.number + size - 1n, prefix };
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function holds(block: Cidr, address: Known): boolean {
  return block.family === address.family && block.first <= address.number && address.number <= block.last;
}
