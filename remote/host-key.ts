import type { ServerHostKeyAlgorithm } from "ssh2";
import { type Failure, Trouble } from "./errors";
import { fingerprint, type HostKey, knownKeys, parseHostKey, typeOf } from "./known-hosts";
import { remember, remembered } from "./remembered";
import { addressOf, type Hop } from "./target";
import { readUserFile } from "./user-file";

const defaultFile = "~/.ssh/known_hosts";

/** What a machine's host key must be. */
export interface Expectation {
  /** What the machine is asked for, in this order: it presents the first key that it has. */
  algorithms: ServerHostKeyAlgorithm[];
  /** What is wrong with the key that the machine presents; nothing where it is the expected one. */
  objection(presented: Buffer): Failure | undefined;
  /** To be called with a key without objection, once the machine has shown that it holds it. */
  proven(presented: Buffer): void;
  /** The same of the machine's other keys, where nobody knows of which type the right one is. */
  otherwise?(presented: Buffer): Expectation;
}

/** Another key was presented than the one that was expected. */
export class OtherKey extends Trouble {
  constructor(
    failure: Failure,
    readonly presented: Buffer,
  ) {
    super(failure);
  }
}

/**
 * The algorithms for each type of key, and the types in the order in which SSH clients in Go ask for them: who has pinned
 * one key only is refused by the others. So a machine that nobody knows is asked in the same order.
 */
const algorithmsOf: Record<string, ServerHostKeyAlgorithm[]> = {
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
  "ssh-ed25519": ["ssh-ed25519"],
};

export const keyTypes: readonly string[] = Object.keys(algorithmsOf);

export function expectation(hop: Hop): Expectation {
  return hop.hostKey === undefined ? fromFiles(hop) : fromPin(hop, hop.hostKey.trim());
}

/** The keys that a hop may show, as far as they are known whole: a fingerprint is not enough to tell them. */
export function acceptedKeys(hop: Hop): HostKey[] {
  if (hop.hostKey === undefined)
    return knownKeys(filesOf(hop).map(read).join("\n"), hop.host, hop.port).accepted;
  const pinned = parseHostKey(hop.hostKey.trim());
  return pinned ? [pinned] : [];
}

/** Where known hosts are written. */
function filesOf({ knownHosts, configured }: Hop): string[] {
  return knownHosts ? [knownHosts] : (configured.knownHosts ?? [defaultFile]);
}

function fromPin(hop: Hop, pin: string, types = keyTypes): Expectation {
  const key = parseHostKey(pin);
  if (!key && !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(pin))
    throw new Trouble({
      kind: "host key",
      cause: `the host key that is pinned for ${addressOf(hop)}, "${beginning(pin)}", is none`,
      remedy: 'Give it as "ssh-ed25519 AAAA…" or as "SHA256:…".',
    });
  const expected = key ? fingerprint(key.blob) : pin.replace(/=$/, "");
  return {
    algorithms: asking(key ? typesFrom([key]) : types),
    objection(presented) {
      if (fingerprint(presented) === expected) return undefined;
      const wanted = key ? described(key) : expected;
      return hop.hostKeyLearned
        ? mismatch(hop, presented, `${wanted}, which is remembered from the first connection`, learnedAnew)
        : mismatch(hop, presented, `${wanted}, which is pinned`, "pin the new key");
    },
    proven: () => undefined,
    ...(!key && {
      otherwise: (presented) =>
        fromPin(
          hop,
          pin,
          types.filter((type) => type !== typeOf(presented)),
        ),
    }),
  };
}

/** What is given counts more than what was learned, which is then forgotten. */
const learnedAnew = "give the new key in its place";

/** Enough to know it again: who mixes keys up may have pinned one that is private. */
function beginning(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

function fromFiles(hop: Hop): Expectation {
  const paths = filesOf(hop);
  const path = paths.join(" and ") || "no file";
  const text = paths.map(read).join("\n");
  const { accepted, revoked } = knownKeys(text, hop.host, hop.port);
  const trusting = hop.trustOnFirstUse === true && accepted.length === 0;
  const seenBefore = () => (trusting ? remembered(hop) : undefined);
  const before = seenBefore();
  return {
    algorithms: asking(typesFrom(before ? [before] : accepted)),
    objection(presented) {
      if (revoked.some(({ blob }) => blob.equals(presented)))
        return {
          kind: "host key",
          cause: `${addressOf(hop)} presented ${shown(presented)}, which ${path} marks as revoked`,
          remedy: "Do not connect to it: find out who answers there, and give the machine a new host key.",
        };
      if (accepted.some(({ blob }) => blob.equals(presented))) return undefined;
      if (accepted.length > 0) {
        const expected = `${accepted.map(described).join(" or ")}, which ${path} names`;
        return mismatch(hop, presented, expected, `replace its line in ${path}`);
      }
      if (!trusting) return unknown(hop, presented, path);
      const first = seenBefore();
      if (!first || first.blob.equals(presented)) return undefined;
      return mismatch(hop, presented, `${described(first)}, which it presented first`, "pin the new key");
    },
    proven(presented) {
      if (trusting) remember(hop, presented);
    },
  };
}

/** A file that is not there knows nobody; one that cannot be read might. */
function read(path: string): string {
  try {
    return readUserFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new Trouble({
      kind: "host key",
      cause: `the known hosts in ${path} cannot be read: ${(error as Error).message}`,
      remedy: "Make the file readable, or pin the machine's host key.",
    });
  }
}

function unknown(hop: Hop, presented: Buffer, path: string): Failure {
  const [kind = "ed25519"] = /ecdsa|rsa/.exec(typeOf(presented)) ?? [];
  return {
    kind: "host key",
    cause: `${addressOf(hop)} presented ${shown(presented)}, and ${path} knows no key of it`,
    remedy:
      `Compare it with \`ssh-keygen -lf /etc/ssh/ssh_host_${kind}_key.pub\` on the machine; if it is the same, pin it ` +
      `(hostKey: ${fingerprint(presented)}). With trustOnFirstUse: true whoever answers first is believed.`,
  };
}

function mismatch(hop: Hop, presented: Buffer, expected: string, accept: string): Failure {
  return {
    kind: "host key",
    cause: `${addressOf(hop)} presented ${shown(presented)} instead of ${expected}`,
    remedy: `Another machine may answer in its place. If it was rebuilt, check the key on it, then ${accept} (hostKey: ${fingerprint(presented)}).`,
  };
}

function shown(presented: Buffer): string {
  return described({ type: typeOf(presented), blob: presented });
}

function described({ type, blob }: HostKey): string {
  return `${fingerprint(blob)} (${type})`;
}

/** Those of the keys that are known, and then the others: a machine presents the first that it has. */
function typesFrom(known: readonly HostKey[]): string[] {
  return [...new Set([...known.map(({ type }) => type), ...keyTypes])];
}

function asking(types: readonly string[]): ServerHostKeyAlgorithm[] {
  return types.flatMap((type) => algorithmsOf[type] ?? []);
}
