/** Whether one of the patterns matches, and none that begins with an exclamation mark; as ssh reads its files. */
export function listed(patterns: readonly string[], name: string, matches = wildcard): boolean {
  const denied = patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1), name));
  return !denied && patterns.some((pattern) => matches(pattern, name));
}

/** A * stands for anything, a ? for one character; capitals do not matter. */
export function wildcard(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(name);
}
