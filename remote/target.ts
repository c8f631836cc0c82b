/** A place that answers SSH: how to log in there, and how to know that it is the right one. */
export interface Endpoint {
  /** A name, an address, or a name of the configuration file. */
  host: string;
  /** 22 by default. */
  port?: number;
  /** root by default. */
  user?: string;
  /** The private key itself; it is preferred to `identityFile`. */
  privateKey?: string;
  /** A file with the private key, read when a connection is made; it may begin with `~/`. */
  identityFile?: string;
  /** What the private key is protected by. */
  passphrase?: string;
  /** Tried last, after the key and the agent. */
  password?: string;
  /** The socket of an ssh-agent; true for that of SSH_AUTH_SOCK, which is also asked where no key is given. */
  agent?: boolean | string;
  /** The only host key that is accepted: "ssh-ed25519 AAAA…" or "SHA256:…". */
  hostKey?: string;
  /** Whether nobody gave that key, and it is the one that was shown first; for messages. */
  hostKeyLearned?: boolean;
  /** A file of accepted host keys, for a machine without `hostKey`; ~/.ssh/known_hosts by default. */
  knownHosts?: string;
  /** Accepts any key of a host that none is known of, and from then on no other, until this process ends. */
  trustOnFirstUse?: boolean;
}

export interface SshTarget extends Endpoint {
  transport: "ssh";
  /** Given to sudo where it asks for a password; without it sudo must not ask. */
  sudoPassword?: string;
  /** What to log in to on the way, the outermost first; the configuration file's ProxyJump by default. */
  bastions?: Endpoint[];
  /** Milliseconds for connecting and logging in at each hop; 10 000 by default. What runs has a deadline, which begins after that. */
  connectTimeout?: number;
  /** By a connection that is not the one that others share, for what goes on while they work. */
  apart?: boolean;
  /** What fills in the fields that are not given here; ~/.ssh/config by default, where it exists. */
  configFile?: string | false;
}

/** How to get to a machine; "local" is the one that this process runs on. */
export type Target = SshTarget | { transport: "local" };

/** An endpoint as it is dialled, after the configuration file has been asked. */
export interface Hop extends Endpoint {
  port: number;
  user: string;
  /** The addresses that are passed on the way to it. */
  via: string[];
  /** Milliseconds for all attempts to connect and log in. */
  connectTimeout: number;
  /** What the configuration file names and the target does not. */
  configured: { identityFile?: string; identitiesOnly?: boolean; knownHosts?: string[] };
}

export const defaultPort = 22;
export const defaultUser = "root";
export const defaultConnectTimeout = 10_000;

export function userOf(endpoint: Endpoint): string {
  return endpoint.user ?? defaultUser;
}

export function portOf(endpoint: Pick<Endpoint, "port">): number {
  return endpoint.port ?? defaultPort;
}

/** `host`, or `host:port` where the port is not the usual one; for messages. */
export function addressOf(endpoint: Endpoint): string {
  const host = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
  return portOf(endpoint) === defaultPort ? endpoint.host : `${host}:${portOf(endpoint)}`;
}
