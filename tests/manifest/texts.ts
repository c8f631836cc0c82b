import { ManifestError } from "../../manifest/mistakes";
import { parseManifest } from "../../manifest/parse";

/** Three lines that are a manifest; what is under test follows from line 4 on. */
export function below(more: string): string {
  return `name: dev\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: 10.0.0.11 }]\n${more}\n`;
}

/** A manifest with a second server, written on line 5 from column 5 on. */
export function machine(fields: string): string {
  return `name: dev\nversion: v1.33.3+k3s1\nservers:\n  - { name: s1, host: 10.0.0.11 }\n  - ${fields}\n`;
}

/** A manifest with three servers; what is under test follows from line 4 on. */
export function threeServers(more: string, release = "v1.33.3+k3s1"): string {
  const servers = [1, 2, 3].map((number) => `{ name: s${number}, host: 10.0.0.1${number} }`);
  return `name: dev\nversion: ${release}\nservers: [${servers.join(", ")}]\n${more}\n`;
}

/** A manifest whose version is this, on line 2 from column 10 on. */
export function version(value: string): string {
  return `name: dev\nversion: ${value}\nservers: [{ name: s1, host: 10.0.0.11 }]\n`;
}

/** What is wrong with a manifest, each as "line:column path: message". */
export function mistakesOf(text: string): string[] {
  return errorOf(() => parseManifest(text, "cluster.yaml")).mistakes.map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
  );
}

export function errorOf(parse: () => unknown): ManifestError {
  try {
    parse();
  } catch (error) {
    if (error instanceof ManifestError) return error;
    throw error;
  }
  throw new Error("the manifest was accepted");
}
