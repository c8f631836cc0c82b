/** Values become a part of a configuration file, so whatever would be read as more than a value is refused. */
export type Kind = keyof typeof kinds;

const name = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const four = /^\d{1,3}(\.\d{1,3}){3}$/;
const six = /^[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{1,43}$/;

export const interfaceName = /^[A-Za-z0-9][\w.@-]{0,14}$/;

const kinds = {
  name: { meant: "letters, digits, dots and dashes", fits: (value) => name.test(value) },
  address: { meant: "an IP address", fits: isAddress },
  listener: { meant: "an IP address or *", fits: (value) => value === "*" || isAddress(value) },
  block: {
    meant: "an IP address with its prefix, such as 10.0.0.100/24",
    fits: (value) => /\/\d{1,3}$/.test(value) && isAddress(value.replace(/\/\d+$/, "")),
  },
  interface: {
    meant: "the name of a network interface",
    fits: (value) => interfaceName.test(value),
  },
} satisfies Record<string, { meant: string; fits(value: string): boolean }>;

export function checked(kind: Kind, what: string, value: string): string {
  const { meant, fits } = kinds[kind];
  if (!fits(value)) throw new Error(`${what} is ${JSON.stringify(value)}, and must be ${meant}`);
  return value;
}

export function whole(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${what} is ${value}, and must be a whole number from ${least} to ${most}`);
}

export function distinct(what: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new Error(`${what} ${twice} is there twice`);
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

function isAddress(value: string): boolean {
  return four.test(value) || six.test(value);
}
