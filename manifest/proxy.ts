import { addressOf, lengths } from "../balancer/subnets";
import { cidrOf, holds } from "./cidr";
import type { ProxySettings } from "./schema";

/** The proxy that an address is fetched through: nothing where it is for the machine to say, "none" for none. */
export function proxyFor(address: string, { http, https, noProxy }: ProxySettings): string {
  const { protocol, hostname } = new URL(address);
  if (isDirect(hostname, noProxy)) return "none";
  return (protocol === "https:" ? https : http) ?? "";
}

/** With the nodes' own addresses among what is reached without the proxy, as far as nothing there holds them. */
export function sparing(proxy: ProxySettings, addresses: readonly string[]): ProxySettings {
  const added = addresses.filter((address) => !isDirect(address, proxy.noProxy));
  return { ...proxy, noProxy: [...new Set([...proxy.noProxy, ...added])] };
}

/** What to add that holds an address and its neighbours, so that the next of them changes nothing. */
export function neighbourhood(address: string): string {
  const known = addressOf(address);
  if (known?.family === 4) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  if (known?.family === 6) return `${sixOf(known.number >> 64n)}::/64`;
  return address.includes(".") ? address.slice(address.indexOf(".")) : address;
}

/** The upper half of an IPv6 address. */
function sixOf(upper: bigint): string {
  const groups = [48n, 32n, 16n, 0n].map((shift) => ((upper >> shift) & 0xffffn).toString(16));
  return groups.join(":").replace(/(:0)+$/, "");
}

/** As Go, and so k3s, reads NO_PROXY. */
export function isDirect(host: string, noProxy: readonly string[]): boolean {
  const name = bare(host);
  const address = addressOf(name);
  return noProxy.map(bare).some((text) => {
    // An address is a block of one, however it is written.
    const block = address && (cidrOf(text) ?? cidrOf(`${text}/${lengths[address.family]}`));
    if (block) return holds(block, address);
    return text === "*" || text === name || name.endsWith(text.startsWith(".") ? text : `.${text}`);
  });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}
