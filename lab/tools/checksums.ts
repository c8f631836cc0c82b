/** The sha256 that a published list, in the format of sha256sum, states for a file. */
export function sha256In(list: string, file: string): string | undefined {
  for (const line of list.split("\n")) {
    const [sum, name] = line.trim().split(/\s+/);
    if (name?.replace(/^\*|^\.\//, "") === file && /^[0-9a-f]{64}$/i.test(sum ?? "")) {
      return sum?.toLowerCase();
    }
  }
  return undefined;
}
