const longest = 60;

/** A value as a message may show it: one short line, nothing that a terminal would obey, no password of an address. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  const short = value.slice(0, 4 * longest).replace(/\/\/[^/@\s]*@/g, "//***@");
  const cut = short.length > longest ? `${short.slice(0, longest)}…` : short;
  return JSON.stringify(cut).replace(
    invisible,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** C1 controls, and what reorders or hides text; JSON already escapes the rest. */
const invisible = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
