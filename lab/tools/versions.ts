/** The first dotted number in a tool's answer to `--version`, such as "3.259.0". */
export function versionIn(text: string): string | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0];
}

/** Negative when a is older than b. Only the dotted number counts: "v1.33.3+k3s1" is 1.33.3. */
export function compareVersions(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function atLeast(version: string | undefined, oldest: string): boolean {
  return version !== undefined && compareVersions(version, oldest) >= 0;
}

function numbers(version: string): number[] {
  return (versionIn(version) ?? "0").split(".").map(Number);
}
