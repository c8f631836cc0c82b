import { isDeepStrictEqual } from "node:util";
import { mistakes, withDefaults } from "./fields";
import type { Kind } from "./kind";
import { unknown, type Values } from "./values";

/** The inputs as the resource will use them, and everything that is wrong with them. */
export function checked(kind: Kind, given: Values): { inputs: Values; mistakes: string[] } {
  const wrong = mistakes(kind.inputs, given);
  if (wrong.length > 0) return { inputs: given, mistakes: wrong };
  const inputs = completed(kind, given);
  return { inputs, mistakes: kind.mistakes?.(inputs) ?? [] };
}

/** Which inputs differ from those the resource was made with, and which of them make a new one necessary. */
export function difference(
  kind: Kind,
  old: Values,
  inputs: Values,
): { changed: string[]; replaces: string[] } {
  // The official plugin leaves defaults out of the inputs that it records, and may have made this one.
  const before = completed(kind, old);
  const changed = Object.keys(kind.inputs).filter((name) => !isDeepStrictEqual(before[name], inputs[name]));
  return { changed, replaces: changed.filter((name) => kind.replacedBy.includes(name)) };
}

/** What a preview can say of a resource that is to be created or updated. */
export function previewed(kind: Kind, inputs: Values): Values {
  return { ...inputs, ...Object.fromEntries(kind.outputs.map((name) => [name, unknown])) };
}

function completed(kind: Kind, inputs: Values): Values {
  const filled = withDefaults(kind.inputs, inputs);
  return kind.complete?.(filled) ?? filled;
}
