import { isDirect, neighbourhood } from "./proxy";
import type { Machine, Manifest } from "./schema";

/** What is allowed and yet probably not meant. */
export function warnings(manifest: Manifest): string[] {
  return [
    // How many others there are where they join is not known.
    ...(manifest.datastore.kind === "etcd" && !manifest.join ? evenServers(manifest.servers.length) : []),
    ...guessable(manifest),
    ...behindProxy(manifest),
  ];
}

function evenServers(count: number): string[] {
  if (count % 2 !== 0) return [];
  const majority = count / 2 + 1;
  return [
    `servers: ${count} servers survive the loss of ${count - majority}, no more than ${count - 1} would, ` +
      `because etcd needs a majority of ${majority}; use ${count - 1} or ${count + 1}`,
  ];
}

/** The token opens the control plane to whoever reaches its port, and encrypts what restores the cluster. */
function guessable(manifest: Manifest): string[] {
  return (["token", "agentToken"] as const).flatMap((key) => {
    const password = manifest[key]?.replace(/^K10.*::server:/, "");
    return password !== undefined && password.length < 16
      ? [`${key}: shorter than 16 characters, so it can be guessed; leave it out to have a random one made`]
      : [];
  });
}

/** The nodes' own addresses are spared from the proxy one by one where no block holds them: then all know of each. */
function behindProxy({ proxy, servers, agents }: Manifest): string[] {
  if (!proxy) return [];
  const apart = [...servers, ...agents].flatMap((machine) => {
    const addresses = addressesOf(machine).filter((address) => !isDirect(address, proxy.noProxy));
    return addresses.length > 0 ? [{ name: machine.name, addresses }] : [];
  });
  if (apart.length === 0) return [];
  const names = apart.map(({ name, addresses }) => `${name} (${addresses.join(", ")})`);
  const blocks = new Set(apart.flatMap(({ addresses }) => addresses.map(neighbourhood)));
  return [
    `proxy.noProxy: it does not hold ${names.join(", ")}, so that a machine that comes or goes changes NO_PROXY on ` +
      `every node, which restarts k3s there; add ${[...blocks].join(", ")}, or the block that your machines are in`,
  ];
}

/** Not those that are not known yet: a name that no machine has takes their place. */
function addressesOf({ nodeIp, host }: Machine): string[] {
  return (nodeIp?.split(",") ?? [host]).filter((address) => !address.endsWith(".invalid"));
}
