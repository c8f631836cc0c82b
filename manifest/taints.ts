import { z } from "zod";
import { labelName, labelValue, qualifiedName } from "./labels";
import { isMap } from "./place";
import { shown } from "./shown";
import { oneOf, text } from "./text";

/** What keeps pods off a node unless they tolerate it. */
export interface Taint {
  key: string;
  value: string;
  effect: (typeof effects)[number];
}

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

const allowedKey =
  'at most 63 letters, digits, "-", "_" and ".", after an optional DNS name and "/", such as example.com/dedicated';

const key = text({
  what: "a taint key",
  allowed: allowedKey,
  pattern: new RegExp(`^${qualifiedName}$`),
});

const written = text({
  what: "a taint",
  allowed: "key=value:Effect or key:Effect, the key and value as in labels, such as dedicated=gpu:NoSchedule",
  pattern: new RegExp(`^${qualifiedName}(=(${labelName})?)?:(${effects.join("|")})$`),
  hint: taintHint,
});

const parts = z
  .strictObject({
    key: key.describe("The key that pods tolerate"),
    value: labelValue.default("").describe("The value that pods tolerate"),
    effect: oneOf("an effect", effects).describe("What becomes of pods that do not tolerate it"),
  })
  .meta({ id: "taint", description: "A taint in parts." });

/** Taints of a node; a key may have each effect once, as in Kubernetes. */
export const taints = z
  .array(
    z.union([written, parts], {
      error: ({ input }) =>
        `${shown(input)} is not a taint: key=value:Effect, such as dedicated=gpu:NoSchedule, or a map of key, value and effect`,
    }),
  )
  .superRefine((list, context) => {
    for (const [index, taint] of list.map(parsedTaint).entries()) {
      const first = list.findIndex((other) => sameTaint(parsedTaint(other), taint));
      if (first < index)
        context.addIssue({
          code: "custom",
          path: [index],
          message: `${shown(`${taint.key}:${taint.effect}`)} is in this list already: a key has each effect once`,
        });
    }
  });

export function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

export function parsedTaint(taint: z.output<typeof written> | z.output<typeof parts>): Taint {
  if (isMap(taint)) return taint as Taint;
  const [, key = "", value = "", effect = ""] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(taint) ?? [];
  return { key, value, effect: effect as Taint["effect"] };
}

function taintHint(value: string): string | undefined {
  const effect = /:([A-Za-z]{1,32})$/.exec(value)?.[1];
  const right = effects.find((known) => known.toLowerCase() === effect?.toLowerCase());
  if (right && right !== effect) return `the effect is written ${right}`;
  if (effect === undefined || !right) return `it ends with a colon and one of ${effects.join(", ")}`;
  return undefined;
}
