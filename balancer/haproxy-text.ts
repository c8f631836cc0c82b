import { checked, familyOf, whole } from "./values";

/** Where HAProxy listens: an address, * for every IPv4 address, or :: for every address. */
export interface Listener {
  address: string;
  port: number;
}

export function section(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => `    ${line}`), ""];
}

export function bindLine({ address, port }: Listener): string {
  const host = bracketed(checked("listener", "the address to listen on", address));
  return `bind ${host}:${portOf(port)}${how(address)}`;
}

/** An address that the machine has only at times, such as a virtual one, is listened on all the same. */
function how(address: string): string {
  if (address === "::") return " v4v6";
  return address === "*" || /^(127\.|::1$)/.test(address) ? "" : " transparent";
}

/** An address and a port as one word. */
export function endpoint(name: string, address: string, port: number): string {
  return `${bracketed(checked("address", `the address of ${name}`, address))}:${portOf(port)}`;
}

function portOf(port: number): number {
  return whole("the port", port, 1, 65535);
}

function bracketed(address: string): string {
  return familyOf(address) === 6 ? `[${address}]` : address;
}
