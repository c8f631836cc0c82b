import { acceptedKeys, keyTypes } from "../remote/host-key";
import { routeTo } from "../remote/route";
import type { Hop } from "../remote/target";
import { inHome, readUserFile } from "../remote/user-file";
import type { Connection } from "./connection";

/** What @pulumi/command needs to log in: it reads no files, and believes any machine that it has no key of. */
export interface CommandHop {
  host: string;
  port?: number;
  user?: string;
  /** Without it, the keys of the SSH agent. */
  privateKey?: string;
  privateKeyPassword?: string;
  password?: string;
  agentSocketPath?: string;
  hostKey: string;
}

export interface CommandConnection extends CommandHop {
  /** The bastion on the way. */
  proxy?: CommandHop;
}

export function commandConnection(name: string, connection: Connection): CommandConnection {
  const route = routeTo({ transport: "ssh", ...connection });
  const [machine, bastion, another] = route.toReversed();
  if (!machine) throw new Error(`${name}: there is no way to it`);
  if (another)
    throw new Error(
      `${name}: hooks would go through ${route.length - 1} bastions, and @pulumi/command knows one: ` +
        "reach it through one, or take the hooks away",
    );
  return {
    ...commandHop(name, machine),
    ...(bastion ? { proxy: commandHop(`${name}: its bastion ${bastion.host}`, bastion) } : {}),
  };
}

function commandHop(name: string, hop: Hop): CommandHop {
  // It asks for host keys in Go's order, whatever it is given: a machine shows the first of its own.
  const [key] = acceptedKeys(hop).toSorted((a, b) => keyTypes.indexOf(a.type) - keyTypes.indexOf(b.type));
  if (!key)
    throw new Error(
      `${name}: hooks need its whole host key, and there is none: ` +
        'give hostKey as "ssh-ed25519 AAAA…" (not as a fingerprint), or add it to known_hosts',
    );
  const { host, port, user, agent, password, passphrase, configured } = hop;
  const identityFile = hop.identityFile ?? configured.identityFile;
  return {
    host,
    port,
    user,
    hostKey: `${key.type} ${key.blob.toString("base64")}`,
    ...(identityFile ? { privateKey: readUserFile(identityFile) } : {}),
    ...(identityFile && passphrase ? { privateKeyPassword: passphrase } : {}),
    ...(password ? { password } : {}),
    ...(typeof agent === "string" ? { agentSocketPath: inHome(agent) } : {}),
  };
}
