export interface SshTarget {
  transport: "ssh";
  host: string;
  /** 22 by default. */
  port?: number;
  /** root by default. */
  user?: string;
  /** The private key itself; it is preferred to `identityFile`. */
  privateKey?: string;
  /** A file with the private key, read when a connection is made; it may begin with `~/`. */
  identityFile?: string;
  /** The only host key that is accepted: "ssh-ed25519 AAAA…" or "SHA256:…". */
  hostKey?: string;
  /** A file of accepted host keys, for a machine without `hostKey`; ~/.ssh/known_hosts by default. */
  knownHosts?: string;
}

/** How to get to a machine; "local" is the one that this process runs on. */
export type Target = SshTarget | { transport: "local" };

export const defaultPort = 22;

export function userOf(target: SshTarget): string {
  return target.user ?? "root";
}

export function portOf(target: SshTarget): number {
  return target.port ?? defaultPort;
}

/** `host`, or `host:port` where the port is not the usual one; for messages. */
export function addressOf(target: SshTarget): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return portOf(target) === defaultPort ? target.host : `${host}:${portOf(target)}`;
}
