import { parse } from "yaml";
import { flagName, isBoolean, isList, meant, variables } from "./flags";

/** Everything that says how k3s runs. */
export interface Sources {
  /** Its command line, the binary first. */
  words: readonly string[];
  /** The texts of config.yaml and of the files of config.yaml.d, in their order. */
  files: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** What k3s makes of its keys: none is there that k3s would have by itself. */
export type Settings = Record<string, string[]>;

/** A file that is no map of keys. What is wrong in it is not told: it may hold secrets. */
export class UnreadableFile extends Error {}

/** The configuration that all of it comes to: flags after files, lists of both together, variables where neither says. */
export function effective({ words, files, environment }: Sources): Settings {
  const given = new Map<string, string[]>();
  const add = (name: string, values: string[]) =>
    given.set(name, isList(name) ? [...(given.get(name) ?? []), ...values] : values.slice(-1));
  for (const [name, values] of Object.entries(inFiles(files))) add(flagName(name), values);
  for (const [name, value] of inFlags(words.slice(2))) add(name, [value]);
  for (const [variable, value] of Object.entries(environment)) {
    const name = variables[variable];
    if (name && value !== "" && !given.has(name)) given.set(name, [value]);
  }
  const pairs = [...given].map(([name, values]) => [name, meant(name, values)] as const);
  return Object.fromEntries(pairs.filter(([, values]) => values.length > 0));
}

/** A key of a later file takes the place of the earlier one, unless a "+" adds it. */
function inFiles(files: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const text of files) {
    for (const [key, value] of Object.entries(mapIn(text))) {
      const name = key.replace(/\+$/, "");
      const before = name === key ? [] : (found[name] ?? []);
      found[name] = [...before, ...[value ?? []].flat().map(String)];
    }
  }
  return found;
}

function mapIn(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text, { version: "1.1", logLevel: "error" });
  } catch {
    throw new UnreadableFile();
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new UnreadableFile();
  return value as Record<string, unknown>;
}

function inFlags(words: readonly string[]): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let at = 0; at < words.length; at++) {
    const [, flag, value] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(words[at] ?? "") ?? [];
    if (flag === undefined) continue;
    const name = flagName(flag);
    found.push([name, value ?? (isBoolean(name) ? "true" : (words[++at] ?? ""))]);
  }
  return found;
}
