import { nearest } from "../../words/nearest";
import { levels } from "./findings/checklist";
import type { Level } from "./scene";

/** What becomes of a finding instead of what it is by default. */
export type Override = Level | "ignore";

const overrides: readonly string[] = ["ignore", "warning", "error"];

/** What is wrong with the overrides themselves, one sentence each. */
export function overrideMistakes(findings: Record<string, string>): string[] {
  return Object.entries(findings).flatMap(([name, value]) => {
    if (!Object.hasOwn(levels, name)) {
      const close = nearest(name, Object.keys(levels));
      return [
        `findings.${name}: there is no finding ${name}${close ? `; did you mean ${close}?` : "; docs/preflight.md lists all"}`,
      ];
    }
    if (overrides.includes(value)) return [];
    const close = nearest(value, overrides);
    return [
      `findings.${name}: ${JSON.stringify(value)} is none of ${overrides.join(", ")}${close ? `; did you mean ${close}?` : ""}`,
    ];
  });
}

export function levelOf(name: string, findings: Record<string, Override>): Override {
  return findings[name] ?? levels[name] ?? "error";
}
