import { listed } from "./patterns";

/** A line of ssh's configuration, with the patterns of its Host lines: it holds where all of these lists match. */
export interface Setting {
  hosts: string[][];
  /** In small letters, such as "hostname". */
  name: string;
  values: string[];
}

/** As ssh itself counts. */
const deepest = 16;

/**
 * What a configuration says, line by line. `include` gives the texts that an Include line stands for.
 * The lines of a Match block never hold: some of its conditions run commands, and others only ssh can judge.
 */
export function settingsOf(
  text: string,
  include: (pattern: string) => string[],
  outer: string[][] = [],
): Setting[] {
  const settings: Setting[] = [];
  let hosts = outer;
  for (const line of text.split(/\r?\n/)) {
    const [name = "", ...values] = words(line);
    if (name === "host") hosts = [...outer, values];
    else if (name === "match") hosts = [[]];
    else if (name === "include" && outer.length < deepest)
      // One list more, so that a file that includes itself comes to an end.
      for (const included of values.flatMap(include))
        settings.push(...settingsOf(included, include, [...hosts, ["*"]]));
    else if (name !== "") settings.push({ hosts, name, values });
  }
  return settings;
}

/** Every line of that name that holds for the host; for most names only the first counts. */
export function valuesOf(settings: readonly Setting[], host: string, name: string): string[][] {
  return settings
    .filter((setting) => setting.name === name && setting.hosts.every((patterns) => listed(patterns, host)))
    .map(({ values }) => values);
}

/** `Name value value`, `Name=value` and `Name "a value"`; a word that begins with # begins a comment. */
function words(line: string): string[] {
  const [, name = "", rest = ""] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+|$)(.*)$/.exec(line) ?? [];
  const all = [...rest.matchAll(/"([^"]*)"|(\S+)/g)];
  const comment = all.findIndex(([word]) => word.startsWith("#"));
  const values = all.slice(0, comment < 0 ? undefined : comment);
  return [name.toLowerCase(), ...values.map(([, quoted, plain = ""]) => quoted ?? plain)];
}
