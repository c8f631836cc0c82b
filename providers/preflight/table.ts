import type { Found } from "./complaints";
import { levels } from "./findings/checklist";
import type { Level } from "./scene";

/** Equal findings on several machines. */
export interface Row extends Omit<Found, "machine"> {
  machines: string[];
}

const order = Object.keys(levels);
const rank: Record<Level, number> = { error: 0, warning: 1 };
const widest = 24;

/** The worst first: errors before warnings, and what most machines have before what few have. */
export function rows(found: readonly Found[]): Row[] {
  const folded = new Map<string, Row>();
  for (const { machine, ...rest } of found) {
    const key = JSON.stringify([rest.name, rest.level, rest.what, rest.remedy]);
    const row = folded.get(key) ?? { ...rest, machines: [] };
    folded.set(key, { ...row, machines: [...row.machines, machine] });
  }
  return [...folded.values()].sort(
    (a, b) =>
      rank[a.level] - rank[b.level] ||
      b.machines.length - a.machines.length ||
      order.indexOf(a.name) - order.indexOf(b.name),
  );
}

/** All rows, their columns below each other. */
export function table(list: readonly Row[]): string[] {
  const lines = list.map(({ level, machines, name, what, remedy }) => ({
    columns: [level, machines.join(", "), name],
    text: `${what}. ${remedy}.`,
  }));
  const widths = [0, 1, 2].map((column) =>
    Math.min(widest, Math.max(0, ...lines.map(({ columns }) => columns[column]?.length ?? 0))),
  );
  return lines.map(({ columns, text }) =>
    [...columns.map((cell, column) => cell.padEnd(widths[column] ?? 0)), text].join("  "),
  );
}

/** The failure that keeps a run from touching any machine. */
export function failure(list: readonly Row[]): string {
  const errors = list.filter(({ level }) => level === "error");
  return [`${counted(errors)} not ready for k3s; nothing was changed:`, ...indented(list)].join("\n");
}

/** What to think of before something comes of it. */
export function warning(list: readonly Row[]): string {
  return [`${counted(list)} fit for k3s, with reservations:`, ...indented(list)].join("\n");
}

function counted(list: readonly Row[]): string {
  const machines = new Set(list.flatMap((row) => row.machines)).size;
  return `${machines} machine${machines === 1 ? " is" : "s are"}`;
}

function indented(list: readonly Row[]): string[] {
  return table(list).map((line) => `  ${line}`);
}
