/** Addresses are numbers, so that networks can be compared. */
export interface Known {
  family: 4 | 6;
  number: bigint;
}

/** How long an address of a family is. */
export const lengths = { 4: 32, 6: 128 } as const;

export function withoutPrefix(address: string): string {
  return address.replace(/\/\d+$/, "");
}

/** The same address, however it is written. */
export function sameAddress(one: string, other: string): boolean {
  const [left, right] = [one, other].map((each) => addressOf(withoutPrefix(each)));
  return left !== undefined && left.family === right?.family && left.number === right.number;
}

/**
 * An address as machines print it, with its prefix where it has one: keepalived's scripts compare text with what they are
 * told by ip. What is no address stays as it is.
 */
export function canonical(text: string): string {
  const its = isKnown(text) ? addressOf(withoutPrefix(text)) : undefined;
  if (its?.family !== 6) return text;
  const groups = its.number.toString(16).padStart(32, "0").match(/.{4}/g) ?? [];
  // A host of a URL is written by the same rules: lower case, and the longest row of zeros left out.
  const [printed = ""] = /[^[\]]+/.exec(new URL(`http://[${groups.join(":")}]`).hostname) ?? [];
  return text.includes("/") ? `${printed}/${Number(text.replace(/^.*\//, ""))}` : printed;
}

/** Whether it is an address, with or without the prefix of its network. */
export function isKnown(address: string): boolean {
  const its = addressOf(withoutPrefix(address));
  if (!its) return false;
  return !address.includes("/") || Number(address.replace(/^.*\//, "")) <= lengths[its.family];
}

/** Whether an address is in the network that an interface's address, with its prefix, is in. */
export function inNetworkOf(address: string, own: string): boolean {
  const [its, network] = [addressOf(withoutPrefix(address)), networkOf(own)];
  if (!its || its.family !== network?.family) return false;
  return network.first <= its.number && its.number <= network.last;
}

/** Whether it is the name of that network, or reaches all in it: no machine's address. */
export function isEdgeOf(address: string, own: string): boolean {
  const [its, network] = [addressOf(withoutPrefix(address)), networkOf(own)];
  if (!its || its.family !== network?.family || network.last - network.first < 3n) return false;
  return its.number === network.first || (its.family === 4 && its.number === network.last);
}

function networkOf(own: string): { family: 4 | 6; first: bigint; last: bigint } | undefined {
  const its = addressOf(withoutPrefix(own));
  const [, prefix] = /\/(\d{1,3})$/.exec(own) ?? [];
  if (!its || prefix === undefined || Number(prefix) > lengths[its.family]) return undefined;
  const size = 1n << BigInt(lengths[its.family] - Number(prefix));
  const first = its.number - (its.number % size);
  return { family: its.family, first, last: first + size - 1n };
}

export function addressOf(address: string): Known | undefined {
  return address.includes(":") ? six(address) : four(address);
}

function four(address: string): Known | undefined {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return { family: 4, number: parts.reduce((all, part) => all * 256n + BigInt(part), 0n) };
}

function six(address: string): Known | undefined {
  const halves = address.split("::").map((half) => (half === "" ? [] : half.split(":").flatMap(groups)));
  const [head = [], tail] = halves;
  const count = head.length + (tail?.length ?? 0);
  if (halves.length > 2 || (tail ? count > 7 : count !== 8)) return undefined;
  const all = tail ? [...head, ...Array<string>(8 - count).fill("0"), ...tail] : head;
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { family: 6, number: all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}

/** An IPv6 address may end like an IPv4 address. */
function groups(part: string): string[] {
  const its = part.includes(".") ? four(part) : undefined;
  return its ? [(its.number >> 16n).toString(16), (its.number & 0xffffn).toString(16)] : [part];
}
