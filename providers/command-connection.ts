import { acceptedKeys } from "../remote/host-key";
import { readUserFile } from "../remote/user-file";
import type { Connection } from "./connection";

/** What @pulumi/command needs to log in: it reads no files, and believes any machine that it has no key of. */
export interface CommandConnection {
  host: string;
  port?: number;
  user?: string;
  /** Without it, the keys of the SSH agent. */
  privateKey?: string;
  hostKey: string;
}

/** The order in which its SSH library asks for host keys: a machine shows the first that it has. */
const asked = ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-ed25519"];

export function commandConnection(name: string, connection: Connection): CommandConnection {
  const { host, port, user, identityFile } = connection;
  const keys = acceptedKeys({ transport: "ssh", ...connection });
  const [key] = keys.toSorted((a, b) => asked.indexOf(a.type) - asked.indexOf(b.type));
  if (!key)
    throw new Error(
      `${name}: its hooks need its whole host key, and there is none: ` +
        'give hostKey as "ssh-ed25519 AAAA…" (not as a fingerprint), or add the machine to known_hosts',
    );
  return {
    host,
    port,
    user,
    hostKey: `${key.type} ${key.blob.toString("base64")}`,
    ...(identityFile ? { privateKey: readUserFile(identityFile) } : {}),
  };
}
