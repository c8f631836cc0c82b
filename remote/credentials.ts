import { type AnyAuthMethod, createAgent, type ParsedKey, utils } from "ssh2";
import { Trouble } from "./errors";
import { fingerprint } from "./known-hosts";
import { addressOf, type Hop } from "./target";
import { inHome, readUserFile } from "./user-file";

/** One way to log in, in the words of ssh2. */
export interface Means {
  auth: AnyAuthMethod;
  /** For messages: names and fingerprints, never a secret. */
  description(): string;
}

/** The ways to log in that there are, in the order in which they are tried: a key, an agent, a password. */
export function credentials(hop: Hop): Means[] {
  const agent = agentOf(hop);
  const means = [
    ...keysOf(hop, agent !== undefined || hop.password !== undefined),
    ...(agent === undefined ? [] : [fromAgent(hop, agent)]),
    ...(hop.password === undefined ? [] : fromPassword(hop, hop.password)),
  ];
  if (means.length > 0) return means;
  throw trouble(
    hop,
    "there is no key to log in with, nor an ssh-agent, nor a password",
    "Name a private key by identityFile or privateKey, set SSH_AUTH_SOCK, or give a password.",
  );
}

function keysOf(hop: Hop, isOptional: boolean): Means[] {
  const { privateKey, identityFile, configured } = hop;
  if (privateKey !== undefined) return [fromKey(hop, privateKey, "the given private key")];
  if (identityFile !== undefined) return [fromKey(hop, read(hop, identityFile), identityFile)];
  if (configured.identityFile === undefined) return [];
  const text = read(hop, configured.identityFile);
  // As with ssh: a locked key of the configuration file may be in the agent.
  return isOptional && hop.passphrase === undefined && isLocked(text)
    ? []
    : [fromKey(hop, text, configured.identityFile)];
}

/** The agent's socket: the named one, or the usual one where no key is named by the target itself. */
function agentOf({ agent, privateKey, identityFile, configured }: Hop): string | undefined {
  if (typeof agent === "string") return inHome(agent);
  const usual = process.env.SSH_AUTH_SOCK || undefined;
  if (agent !== undefined) return agent ? usual : undefined;
  const named = (privateKey ?? identityFile) !== undefined;
  return named || (configured.identitiesOnly && configured.identityFile) ? undefined : usual;
}

function fromAgent({ user }: Hop, socket: string): Means {
  const agent = createAgent(socket);
  const identities = agent.getIdentities.bind(agent);
  let held: string[] = [];
  agent.getIdentities = (callback) =>
    identities((error, keys) => {
      held = (keys ?? []).flatMap((key) =>
        typeof key === "object" && "getPublicSSH" in key ? [fingerprint(key.getPublicSSH())] : [],
      );
      callback(error, keys);
    });
  return {
    auth: { type: "agent", username: user, agent },
    description: () => `the keys of the ssh-agent at ${socket} (${held.join(", ") || "it gave none"})`,
  };
}

function fromPassword({ user: username }: Hop, password: string): Means[] {
  let asked = 0;
  const description = () => "the password";
  return [
    { auth: { type: "password", username, password }, description },
    {
      auth: {
        type: "keyboard-interactive",
        username,
        // Only for the one question that a password answers, and once: whoever asks again did not like it.
        prompt: (_name, _instructions, _language, prompts, answer) =>
          answer(asked++ === 0 && prompts.length === 1 ? [password] : []),
      },
      description,
    },
  ];
}

function read(hop: Hop, path: string): string {
  try {
    return readUserFile(path);
  } catch (error) {
    throw trouble(
      hop,
      `the identity file cannot be read: ${(error as Error).message}`,
      "Correct identityFile, or make the file readable for the user who runs this.",
    );
  }
}

function parsed(privateKey: string, passphrase?: string): ParsedKey | Error | undefined {
  // The types do not say so, but ssh2 answers with a list where a format may hold several keys.
  return [utils.parseKey(privateKey, passphrase) as ParsedKey | ParsedKey[] | Error].flat()[0];
}

function isLocked(privateKey: string): boolean {
  const key = parsed(privateKey);
  return key instanceof Error && /encrypted|passphrase/i.test(key.message);
}

function fromKey(hop: Hop, privateKey: string, name: string): Means {
  const locked = isLocked(privateKey);
  if (locked && hop.passphrase === undefined)
    throw trouble(
      hop,
      `${name} is protected by a passphrase`,
      "Give its passphrase, or add it to an ssh-agent (ssh-add) and leave identityFile and privateKey out.",
    );
  const key = parsed(privateKey, locked ? hop.passphrase : undefined);
  if (locked && key instanceof Error)
    throw trouble(
      hop,
      `the passphrase does not open ${name}`,
      "Correct passphrase: `ssh-keygen -y -f` with the file's name tries it.",
    );
  if (key === undefined || key instanceof Error)
    throw trouble(
      hop,
      `${name} is no private key that can be used: ${key?.message ?? "it is empty"}`,
      "Use a key in the format of OpenSSH, such as `ssh-keygen -t ed25519` makes.",
    );
  if (!key.isPrivateKey())
    throw trouble(hop, `${name} is a public key`, "Name the private key: the file without .pub.");
  return {
    auth: { type: "publickey", username: hop.user, key },
    description: () => `${name} (${fingerprint(key.getPublicSSH())})`,
  };
}

function trouble(hop: Hop, cause: string, remedy: string): Trouble {
  return new Trouble({
    kind: "authentication",
    cause: `cannot log in to ${addressOf(hop)} as ${hop.user}: ${cause}`,
    remedy,
  });
}
