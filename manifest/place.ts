import { shown } from "./shown";

/** The way from the top of a manifest to one value. */
export type Way = readonly PropertyKey[];

/** A mistake that has no line yet. */
export interface Found {
  way: Way;
  message: string;
  /** What is wrong is the key, not its value. */
  atKey?: boolean;
}

/** Such as servers[1].ssh.port; a key that is no plain word is quoted. */
export function pathOf(way: Way): string {
  return way.map(step).join("").replace(/^\./, "");
}

export function valueAt(value: unknown, way: Way): unknown {
  return way.reduce<unknown>(
    (inner, key) => (isMap(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

/** Anything with keys, lists too. */
export function isMap(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

function step(key: PropertyKey): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_][-\w]{0,62}$/.test(String(key)) ? `.${String(key)}` : `[${shown(String(key))}]`;
}
