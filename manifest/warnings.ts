import type { Manifest } from "./schema";

/** What is allowed and yet probably not meant. */
export function warnings(manifest: Manifest): string[] {
  return [
    ...(manifest.datastore.kind === "etcd" ? evenServers(manifest.servers.length) : []),
    ...guessable(manifest),
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
