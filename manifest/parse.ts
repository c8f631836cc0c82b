import { compare } from "./compare";
import { explain } from "./explain";
import { ManifestError, type Mistake } from "./mistakes";
import { normalise } from "./normalise";
import { type Found, pathOf } from "./place";
import { type Manifest, manifestSchema } from "./schema";
import { type Position, readYaml } from "./yaml";

/**
 * Reads a manifest from its text.
 *
 * @param file what to call the text in messages, such as cluster.yaml
 * @throws ManifestError with all mistakes, by their place in the text
 */
export function parseManifest(text: string, file: string): Manifest {
  const { value, mistakes, readable, positionOf } = readYaml(text);
  if (!readable) throw new ManifestError(file, mistakes);
  return check(value, file, mistakes, positionOf);
}

/**
 * Checks a manifest that is an object already.
 *
 * @param where what holds the object, such as Pulumi.dev.yaml
 * @throws ManifestError with all mistakes
 */
export function checkManifest(value: unknown, where: string): Manifest {
  return check(value, where, [], () => undefined);
}

function check(
  value: unknown,
  where: string,
  before: Mistake[],
  positionOf: (found: Found) => Position | undefined,
): Manifest {
  const result = manifestSchema.safeParse(value);
  const issues = result.error?.issues ?? [];
  const found = [...issues.flatMap((issue) => explain(manifestSchema, value, issue)), ...compare(value)];
  const mistakes = [
    ...before,
    ...found.map((each) => ({ path: pathOf(each.way), message: each.message, ...positionOf(each) })),
  ];
  if (result.success && mistakes.length === 0) return normalise(result.data);
  throw new ManifestError(where, mistakes.toSorted(byPosition));
}

function byPosition(a: Mistake, b: Mistake): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
