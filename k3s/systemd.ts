/** What a unit of somebody else starts, as systemd reads it. */
export interface Started {
  /** The command, with its quotes taken off. */
  words: string[];
  /** What the unit itself sets. */
  environment: Record<string, string>;
}

/** The last command of a unit that begins to be started, with variables that systemd fills in. */
export function startedBy(unit: string, files: Record<string, string> = {}): Started {
  const settings = settingsOf(unit);
  const all = (key: string) => settings.filter(([name]) => name === key).map(([, value]) => value);
  const environment = Object.assign({}, ...all("Environment").map((line) => assigned(wordsOf(line))));
  const command = (all("ExecStart").at(-1) ?? "").replace(/^[-@:+!]+/, "");
  const known = { ...environment, ...files };
  return { words: wordsOf(command).flatMap((word) => filled(word, known)), environment };
}

/** The settings that a unit, or a part of one, has. */
export function settingsOf(unit: string): [name: string, value: string][] {
  return lines(unit).flatMap((line): [string, string][] => {
    const [, name, value = ""] = /^\s*(\w+)\s*=\s*(.*?)\s*$/s.exec(line) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
}

/** The variables of a file for EnvironmentFile. */
export function environmentIn(text: string): Record<string, string> {
  return assigned(lines(text).flatMap((line) => (line.includes("=") ? [unquoted(line.trim())] : [])));
}

/** A line that ends in a backslash goes on in the next; comments between do not end it. */
function lines(text: string): string[] {
  const found: string[] = [];
  let goesOn = false;
  for (const line of text.split("\n")) {
    if (/^\s*[#;]/.test(line)) continue;
    const continued = line.endsWith("\\");
    const part = continued ? `${line.slice(0, -1)} ` : line;
    if (goesOn) found.push((found.pop() ?? "") + part);
    else found.push(part);
    goesOn = continued;
  }
  return found;
}

const quoted = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\\(.)/gs;

function wordsOf(text: string): string[] {
  const words = text.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.|[^\s"'\\])+/gs) ?? [];
  return words.map(unquoted);
}

function unquoted(word: string): string {
  const bare = (inner: string) => inner.replace(/\\(.)/gs, (_, letter) => escapes[letter] ?? letter);
  return word.replace(quoted, (_, double, single, letter) => bare(double ?? single ?? `\\${letter}`));
}

const escapes: Record<string, string> = { n: "\n", t: "\t" };

function assigned(words: string[]): Record<string, string> {
  const pairs = words.map((word) => /^(\w+)\s*=\s*(.*)$/s.exec(word)).filter((found) => found !== null);
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

/** A variable that is a word by itself may be several words, or none. */
function filled(word: string, known: Record<string, string>): string[] {
  const [, alone] = /^\$(\w+)$/.exec(word) ?? [];
  if (alone !== undefined) return wordsOf(known[alone] ?? "");
  return [
    word
      .replace(/\$\{(\w+)\}/g, (_, name) => known[name] ?? "")
      .replaceAll("$$", "$")
      .replaceAll("%%", "%"),
  ];
}
