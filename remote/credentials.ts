import { type ParsedKey, utils } from "ssh2";
import { Trouble } from "./errors";
import { fingerprint } from "./known-hosts";
import { addressOf, type SshTarget, userOf } from "./target";
import { readUserFile } from "./user-file";

/** How to log in, in the words of ssh2. */
export interface Credentials {
  privateKey?: string;
  agent?: string;
  /** For messages. */
  description: string;
}

/** Reads the key that the target names, or else turns to the agent. */
export function credentials(target: SshTarget): Credentials {
  if (target.privateKey !== undefined) return fromKey(target, target.privateKey, "the given private key");
  if (target.identityFile !== undefined)
    return fromKey(target, read(target, target.identityFile), target.identityFile);
  const agent = process.env.SSH_AUTH_SOCK;
  if (agent) return { agent, description: "the keys of the ssh-agent" };
  throw trouble(
    target,
    "there is no key to log in with, nor an ssh-agent",
    "Name a private key by identityFile or privateKey, or set SSH_AUTH_SOCK.",
  );
}

function read(target: SshTarget, path: string): string {
  try {
    return readUserFile(path);
  } catch (error) {
    throw trouble(
      target,
      `the identity file cannot be read: ${(error as Error).message}`,
      "Correct identityFile, or make the file readable for the user who runs this.",
    );
  }
}

function fromKey(target: SshTarget, privateKey: string, name: string): Credentials {
  // The types do not say so, but ssh2 answers with a list where a format may hold several keys.
  const key: ParsedKey | Error | undefined = [
    utils.parseKey(privateKey) as ParsedKey | ParsedKey[] | Error,
  ].flat()[0];
  if (key === undefined) throw unusable(target, name, "it is empty");
  if (key instanceof Error) throw unusable(target, name, (key as Error).message);
  if (!key.isPrivateKey())
    throw trouble(target, `${name} is a public key`, "Name the private key: the file without .pub.");
  return { privateKey, description: `${name} (${fingerprint(key.getPublicSSH())})` };
}

function unusable(target: SshTarget, name: string, reason: string): Trouble {
  return /encrypted|passphrase/i.test(reason)
    ? trouble(
        target,
        `${name} is protected by a passphrase`,
        "Add it to an ssh-agent (ssh-add) and leave identityFile and privateKey out, or use a key without a passphrase.",
      )
    : trouble(
        target,
        `${name} is no private key that can be used: ${reason}`,
        "Use a key in the format of OpenSSH, such as `ssh-keygen -t ed25519` makes.",
      );
}

function trouble(target: SshTarget, cause: string, remedy: string): Trouble {
  return new Trouble({
    kind: "authentication",
    cause: `cannot log in to ${addressOf(target)} as ${userOf(target)}: ${cause}`,
    remedy,
  });
}
