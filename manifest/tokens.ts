import { text } from "./text";

/**
 * k3s reads what is before a ":" as a user name, takes six and sixteen characters with a dot for a bootstrap token,
 * and K10 for the beginning of the full form, wherever it finds a token. So the short form is none of these.
 */
export const shortToken = String.raw`(?!K10)(?![a-z0-9]{6}\.[a-z0-9]{16}$)[!-9;-~]{1,512}`;
const full = "K10[0-9a-f]{64}::server:[!-9;-~]{1,512}";

export const serverToken = text({
  what: "a token",
  allowed:
    "at most 512 visible ASCII characters other than a colon, or the full form, K10<64 hex digits>::server:<password>",
  pattern: new RegExp(`^(${shortToken}|${full})$`),
  hint: tokenHint,
  secret: true,
});

/** A server takes its agent token literally, so the full form would become the password. */
export const agentToken = text({
  what: "an agent token",
  allowed: "at most 512 visible ASCII characters other than a colon",
  pattern: new RegExp(`^${shortToken}$`),
  hint: (value) =>
    /^K10/.test(value) ? "give only the password, what follows the last colon" : tokenHint(value),
  secret: true,
});

export function tokenHint(value: string): string | undefined {
  if (value === "") return "it is empty; leave the key out to have a token made";
  if (/\s/.test(value)) return "it holds white space";
  if (/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(value))
    return "it has the form of a bootstrap token, which only admits agents and expires; use another form";
  return undefined;
}
