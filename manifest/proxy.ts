import { addressOf, bits, cidrOf, holds } from "./cidr";
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

/** As Go, and so k3s, reads NO_PROXY. */
function isDirect(host: string, noProxy: readonly string[]): boolean {
  const name = bare(host);
  const address = addressOf(name);
  return noProxy.map(bare).some((text) => {
    // An address is a block of one, however it is written.
    const block = address && (cidrOf(text) ?? cidrOf(`${text}/${bits[address.family]}`));
    if (block) return holds(block, address);
    return text === "*" || text === name || name.endsWith(text.startsWith(".") ? text : `.${text}`);
  });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}
