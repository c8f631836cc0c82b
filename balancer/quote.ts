/** A word of HAProxy's configuration; between single quotes nothing but a single quote has a meaning. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Why HAProxy cannot take these for its statistics page, or nothing; neither is repeated, since one is a secret. */
export function credentialComplaint(user: string, password: string): string | undefined {
  if (!statsPassword.pattern.test(user)) return `the user must be ${statsPassword.meant}`;
  if (!statsUser.pattern.test(user)) return "the user must not have a colon, which ends it";
  if (!statsPassword.pattern.test(password)) return `the password must be ${statsPassword.meant}`;
  return undefined;
}

/** HAProxy reads lines of 2048 bytes; other characters depend on how a browser encodes them. */
export const statsPassword = {
  pattern: /^[\x20-\x7e]{1,128}$/,
  meant: "1 to 128 printable ASCII characters",
};

export const statsUser = {
  pattern: /^[\x20-\x39\x3b-\x7e]{1,128}$/,
  meant: `${statsPassword.meant} without a colon`,
};
