/** What is searched for, by what it is called: only letters of base64, so that quoting and escaping leave it alone. */
export type Sought = Record<string, string>;

export interface Hit {
  what: string;
  /** How it is written there. */
  form: string;
  where: string;
  /** Of a file: its mode and owner, such as "600 root", and whether any user can read it where it is. */
  access?: string;
}

/**
 * How a text may be written. As it is also inside of shell quotes, JSON, YAML and URLs, since it is nothing but
 * letters of base64; in base64 it looks different after one or two bytes of something else.
 */
export function formsOf(text: string): Record<string, string> {
  const shifted = (by: number) => {
    const whole = Buffer.from(" ".repeat(by) + text).toString("base64");
    // The first and last letters also say something of what is around the text.
    return whole.slice(Math.ceil((by * 4) / 3), Math.floor(((by + text.length) * 4) / 3));
  };
  const base64 = [0, 1, 2].map((by) => [`base64, ${by} after a group`, shifted(by)]);
  const url = base64.map(([name, form = ""]) => [`URL ${name}`, form.replace(/[+/]/g, urlSafe)]);
  return Object.fromEntries([
    ["plain", text],
    ...base64,
    ...url,
    ["hexadecimal", Buffer.from(text).toString("hex")],
  ]);
}

const urlSafe = (letter: string) => (letter === "+" ? "-" : "_");

export function searchText(text: string, where: string, sought: Sought): Hit[] {
  return patternsOf(sought).flatMap(({ what, form, pattern }) =>
    text.includes(pattern) ? [{ what, form, where }] : [],
  );
}

/** Searches all files below folders, by a shell that `run` gives the script to; the patterns are no argument of anything. */
export async function searchFiles(
  run: (script: string) => Promise<string>,
  folders: readonly string[],
  place: string,
  sought: Sought,
): Promise<Hit[]> {
  const patterns = patternsOf(sought);
  const script = `
patterns() {
cat <<'PATTERNS'
${patterns.map(({ pattern }) => pattern).join("\n")}
PATTERNS
}
export LC_ALL=C
patterns | { grep -rlasF -D skip -f - ${folders.join(" ")} || true; } | while read -r file; do
  [ -e "$file" ] || continue
  if setpriv --reuid 65534 --regid 65534 --clear-groups test -r "$file"; then who=anybody; else who=root; fi
  echo "file $(stat -c '%a %U' "$file"), $who: $file"
  patterns | grep -oahF -f - "$file" | sort -u | sed 's/^/found /'
done
`;
  let [access, file] = ["", ""];
  return (await run(script)).split("\n").flatMap((line) => {
    const [, how = "", path] = /^file (\d+ \S+, (?:anybody|root)): (.*)$/.exec(line) ?? [];
    if (path !== undefined) [access, file] = [how, path];
    const found = patterns.find(({ pattern }) => line === `found ${pattern}`);
    return found ? [{ what: found.what, form: found.form, where: `${place}: ${file}`, access }] : [];
  });
}

function patternsOf(sought: Sought): { what: string; form: string; pattern: string }[] {
  const all = Object.entries(sought).flatMap(([what, text]) =>
    Object.entries(formsOf(text)).map(([form, pattern]) => ({ what, form, pattern })),
  );
  return all.filter(({ pattern }, index) => all.findIndex((other) => other.pattern === pattern) === index);
}
