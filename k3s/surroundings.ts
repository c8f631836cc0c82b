import { parse } from "yaml";
import type { Wanted } from "./adoption";
import { variables } from "./flags";
import { type Running, startOf, type Text, variablesIn } from "./running";
import { environmentIn } from "./systemd";
import { unitFile } from "./unit";

/** The environment files of somebody else that our unit reads, too. */
export function staying({ environment, unit }: Running): Text[] {
  const read = environmentFilesOf(unit);
  return environment.filter(({ path }) => read.includes(path));
}

/** Those of our unit, save the one that we write. */
function environmentFilesOf(unit: string): string[] {
  const found = unitFile("server").matchAll(/^EnvironmentFile=-(\/etc\/(?:default|sysconfig)\/)%N$/gm);
  return [...found].map(([, folder]) => `${folder}${unit}`);
}

/** By their names: a proxy may hold a password. Those that stand for a flag are compared as that. */
export function environmentDifferences(running: Running, { environment = "" }: Wanted): string[] {
  const own = { ...startOf(running).environment, ...variablesIn(running.environment) };
  const is = withoutFlags(own);
  const becomes = withoutFlags({ ...variablesIn(staying(running)), ...environmentIn(environment) });
  const names = [...new Set([...Object.keys(is), ...Object.keys(becomes)])].sort();
  return names
    .filter((name) => is[name] !== becomes[name])
    .map((name) => {
      if (becomes[name] === undefined) return `the variable ${name} goes`;
      return `the variable ${name} ${is[name] === undefined ? "comes" : "changes"}`;
    });
}

function withoutFlags(environment: Record<string, string>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name, value]) => value !== "" && !(name in variables));
  return Object.fromEntries(
    kept.map(([name, value]) => [/_proxy$/i.test(name) ? name.toUpperCase() : name, value]),
  );
}

export function registriesDifference({ registries = "" }: Running, wanted: Wanted): string[] {
  if (wanted.registries === undefined) return [];
  const same = JSON.stringify(yaml(registries)) === JSON.stringify(yaml(wanted.registries));
  return same ? [] : [registries ? "registries.yaml changes" : "registries.yaml comes"];
}

function yaml(text: string): unknown {
  try {
    return sorted(parse(text, { version: "1.1", logLevel: "error" }));
  } catch {
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
