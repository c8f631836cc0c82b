/** One thing that is wrong in a manifest. */
export interface Mistake {
  /** Such as servers[1].host; empty for the manifest as a whole. */
  path: string;
  message: string;
  line?: number;
  column?: number;
}

/** Everything that is wrong in a manifest, in one go. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";

  /** @param where the file, or what holds the object, such as cluster.yaml */
  constructor(
    where: string,
    readonly mistakes: Mistake[],
  ) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    super(`${where}: ${count}:\n${mistakes.map((mistake) => `  ${line(where, mistake)}`).join("\n")}`);
    // A mistake of the user's: where our code noticed it helps nobody.
    this.stack = `${this.name}: ${this.message}`;
  }
}

function line(where: string, { path, message, line, column }: Mistake): string {
  const position = line === undefined ? [] : [`${where}:${line}:${column ?? 1}`];
  return [[...position, path].filter((part) => part !== "").join(" "), message]
    .filter((part) => part !== "")
    .join(": ");
}
