/** A word of HAProxy's configuration; between single quotes nothing but a single quote has a meaning. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Why HAProxy cannot take these for its statistics page, or nothing; neither is repeated, since one is a secret. */
export function credentialComplaint(user: string, password: string): string | undefined {
  if (!printable.test(user)) return `the user must be ${letters}`;
  if (user.includes(":")) return "the user must not have a colon, which ends it";
  if (!printable.test(password)) return `the password must be ${letters}`;
  return undefined;
}

/** HAProxy reads lines of 2048 bytes; other characters depend on how a browser encodes them. */
const printable = /^[\x20-\x7e]{1,128}$/;
const letters = "1 to 128 printable ASCII characters";
