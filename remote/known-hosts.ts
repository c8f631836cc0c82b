import { createHash, createHmac } from "node:crypto";
import { listed, wildcard } from "./patterns";
import { defaultPort } from "./target";

export interface HostKey {
  /** Such as "ssh-ed25519". */
  type: string;
  /** The key as it travels, and as base64 writes it in files. */
  blob: Buffer;
}

export interface KnownKeys {
  accepted: HostKey[];
  /** Marked as stolen or withdrawn: refused even where another line accepts them. */
  revoked: HostKey[];
}

/** What the text of a known_hosts file says of a host. */
export function knownKeys(text: string, host: string, port: number): KnownKeys {
  const lines = text.split(/\r?\n/).flatMap(parsed);
  const keys = (marker: string, name: string) =>
    lines
      .filter((line) => line.marker === marker && listed(line.patterns, name, matchesOne))
      .map(({ key }) => key);
  const name = port === defaultPort ? host : `[${host}]:${port}`;
  const accepted = keys("", name);
  return {
    // As ssh does: a host's key holds for its other ports, too, unless these have one of their own.
    accepted: accepted.length > 0 ? accepted : keys("", host),
    revoked: [...keys("@revoked", name), ...keys("@revoked", host)],
  };
}

/** A key as "ssh-ed25519 AAAA…" writes it, or nothing where it is none. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type = "", encoded = ""] = text.trim().split(/\s+/);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const blob = Buffer.from(encoded, "base64");
  return typeOf(blob) === type ? { type, blob } : undefined;
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** A key begins with its type, after four bytes that say how long that is. */
export function typeOf(blob: Buffer): string {
  return blob.length < 4 ? "" : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
}

interface Line {
  marker: string;
  patterns: string[];
  key: HostKey;
}

/** As many as there are in a line: lines that ssh would skip are skipped. */
function parsed(line: string): Line[] {
  const fields = line.trim().split(/\s+/);
  if (fields[0]?.startsWith("#")) return [];
  const marker = fields[0]?.startsWith("@") ? (fields.shift() ?? "") : "";
  const [names = "", ...rest] = fields;
  const key = parseHostKey(rest.join(" "));
  return key ? [{ marker, patterns: names.split(","), key }] : [];
}

function matchesOne(pattern: string, name: string): boolean {
  if (!pattern.startsWith("|1|")) return wildcard(pattern, name);
  const [, , salt = "", hash = ""] = pattern.split("|");
  const digest = createHmac("sha1", Buffer.from(salt, "base64")).update(name.toLowerCase());
  return digest.digest("base64") === hash;
}
