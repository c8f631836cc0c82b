import { checked, distinct, familyOf } from "./values";

/** An address that one of several machines has. */
export interface VirtualAddress {
  /** With the prefix of its network, such as 10.0.0.100/24. */
  address: string;
  /** Default: the machine's interface. */
  interface?: string;
  /** Marks the address in what ip shows: the api of eth0:api. */
  label?: string;
}

/** What a machine adds: addresses of a family that the machines agree on, and the others, which go with them. */
export function addressLines(addresses: readonly VirtualAddress[], family: 4 | 6, device: string) {
  distinct(
    "the virtual address",
    addresses.map(({ address }) => address),
  );
  const agreed = addresses.filter(({ address }) => familyOf(address) === family);
  const others = addresses.filter(({ address }) => familyOf(address) !== family);
  if (agreed.length === 0)
    throw new Error(
      `the machines have IPv${family} addresses, so one of the virtual addresses must be one too`,
    );
  const line = (virtual: VirtualAddress) => addressLine(virtual, device);
  return { agreed: agreed.map(line), others: others.map(line) };
}

function addressLine({ address, interface: own, label }: VirtualAddress, device: string): string {
  const where = own === undefined ? device : checked("interface", `the interface of ${address}`, own);
  return `${checked("block", "the virtual address", address)} dev ${where}${labelOf(label, where)}`;
}

/** Linux has 15 characters for both. */
function labelOf(label: string | undefined, device: string): string {
  if (label === undefined) return "";
  const most = 14 - device.length;
  if (/^[A-Za-z0-9._-]+$/.test(label) && label.length <= most) return ` label ${device}:${label}`;
  throw new Error(
    `the label ${JSON.stringify(label)} must be letters, digits, dots and dashes, at most ${most} behind ${device}:`,
  );
}
