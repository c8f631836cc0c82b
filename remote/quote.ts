/** One word of POSIX shell that stands for the value, whatever is in it. */
export function quote(value: string): string {
  if (value.includes("\0"))
    throw new TypeError("A shell cannot hold a NUL character: remove it from the value.");
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** The script with the variables assigned before it; they are not exported. */
export function withVariables(text: string, variables: Record<string, string>): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${checked(name)}=${quote(value)}\n`);
  return `${assignments.join("")}${text}`;
}

/** A name is code, unlike a value: nothing could quote it. */
function checked(name: string): string {
  if (/^[A-Z][A-Z0-9_]*$/.test(name)) return name;
  throw new TypeError(`${JSON.stringify(name)} is no name for a script's variable: use A-Z, 0-9 and _.`);
}
