import { addressOf, cidrOf, holds } from "./cidr";
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

/** As Go and curl read NO_PROXY. */
function isDirect(host: string, noProxy: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  const address = addressOf(name);
  return noProxy.some((entry) => {
    const text = entry.toLowerCase();
    const block = address && cidrOf(text);
    if (block) return holds(block, address);
    return text === "*" || text === name || name.endsWith(text.startsWith(".") ? text : `.${text}`);
  });
}
