import { writeFileSync } from "node:fs";
import { jsonSchemaFile, referencePage } from "../manifest/reference";
import { say } from "./console";
import { inRepository } from "./folders";

/** Writes what is said elsewhere about the fields of a manifest: for editors, and for readers. */
export async function main(): Promise<number> {
  const files = { "manifest.schema.json": jsonSchemaFile(), "docs/manifest.md": referencePage() };
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(inRepository(file), text);
    say(`wrote ${file}`);
  }
  return 0;
}
