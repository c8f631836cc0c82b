import { inNetworkOf, isEdgeOf, isKnown, sameAddress, withoutPrefix } from "./subnets";
import { checked, distinct, familyOf } from "./values";

/** An address that one of several machines has. */
export interface VirtualAddress {
  /** With the prefix of its network, such as 10.0.0.100/24. */
  address: string;
  /** Default: the machine's interface. */
  interface?: string;
  /** Marks an IPv4 address in what ip shows: the api of eth0:api. */
  label?: string;
}

/**
 * What a machine adds: the address that it announces, and those that go with it. Machines that announce another number
 * of addresses do not listen to each other, so that it is always one.
 */
export function addressLines(addresses: readonly VirtualAddress[], family: 4 | 6, device: string) {
  distinct(
    "the virtual address",
    addresses.map(({ address }) => address),
  );
  const first = announced(addresses, family);
  const line = (virtual: VirtualAddress) => addressLine(virtual, device);
  return { announced: line(first), others: addresses.filter((other) => other !== first).map(line) };
}

/** The address that stands for all of them. */
export function announced(addresses: readonly VirtualAddress[], family: 4 | 6): VirtualAddress {
  const first = addresses.find(({ address }) => familyOf(address) === family);
  if (first) return first;
  throw new Error(
    `the machines have IPv${family} addresses, so one of the virtual addresses must be one too`,
  );
}

/** The text of a file by which ip takes away what a machine should not have when keepalived does not run. */
export function leaveFile(addresses: readonly VirtualAddress[], device: string): string {
  const lines = addresses.map(({ address, interface: own = device }) => `${address} dev ${own}`);
  return lines.map((line) => `address delete ${line}\n`).join("");
}

/** An address of a machine, as the machine tells it. */
export interface InterfaceAddress {
  interface: string;
  /** With its prefix. */
  address: string;
}

/** Why virtual addresses can be none on a machine with this interface and these addresses, a clause each. */
export function misplaced(
  addresses: readonly VirtualAddress[],
  machine: { name: string; interface: string; addresses: readonly InterfaceAddress[] },
): string[] {
  return addresses.flatMap(({ address, interface: own = machine.interface }) => {
    const plain = withoutPrefix(address);
    if (machine.addresses.some((its) => sameAddress(its.address, address)))
      return [`${plain} is an address that ${machine.name} has already`];
    const there = machine.addresses.filter((its) => its.interface === own).map((its) => its.address);
    if (there.length === 0) return [`${machine.name} has no address on ${own}, where ${plain} should be`];
    const network = there.find((its) => inNetworkOf(address, its));
    if (!network)
      return [
        `${plain} is in no network of ${own} on ${machine.name} (${there.join(", ")}): nobody would find it there`,
      ];
    return isEdgeOf(address, network)
      ? [`${plain} is the first or last of ${network}, and no machine's`]
      : [];
  });
}

/** What is wrong with virtual addresses whatever the machines are like, a clause each. */
export function addressComplaints(
  addresses: readonly VirtualAddress[],
  machines: readonly { name: string; address: string }[],
): string[] {
  return addresses.flatMap(({ address }) => {
    if (!/\/\d{1,3}$/.test(address) || !isKnown(address))
      return [
        `the virtual address is ${JSON.stringify(address)}, and must be an IP address with its prefix, such as 10.0.0.100/24`,
      ];
    const owner = machines.find((machine) => sameAddress(machine.address, address));
    return owner ? [`the virtual address ${withoutPrefix(address)} is the address of ${owner.name}`] : [];
  });
}

function addressLine({ address, interface: own, label }: VirtualAddress, device: string): string {
  const where = own === undefined ? device : checked("interface", `the interface of ${address}`, own);
  const line = `${checked("block", "the virtual address", address)} dev ${where}`;
  if (label === undefined) return line;
  const complaint = labelComplaint(label, where, address);
  if (complaint) throw new Error(complaint);
  return `${line} label ${where}:${label}`;
}

/** Linux has 15 characters for the interface and the label, and none with IPv6. */
export function labelComplaint(label: string, device: string, address: string): string | undefined {
  if (familyOf(address) === 6)
    return `${withoutPrefix(address)} can have no label, as an IPv6 address, and ${JSON.stringify(label)} is one`;
  const most = 14 - device.length;
  if (labelText.test(label) && label.length <= most) return undefined;
  const room = device === "" ? "14 with its interface" : `${most} behind ${device}:`;
  return `the label ${JSON.stringify(label)} must be letters, digits, dots and dashes, at most ${room}`;
}

export const labelText = /^[A-Za-z0-9._-]+$/;
