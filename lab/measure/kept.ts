import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command } from "../command";
import { inRepository } from "../folders";
import { type Surroundings, surroundings } from "./surroundings";

/** What came of trials of one kind on one state of the product. */
interface Tried {
  commit: string;
  trials: unknown[];
}

/** What a bench keeps from run to run. */
export interface Results<Row extends Tried> extends Surroundings {
  rows: Row[];
}

/** The row of a state of the product; a new one in the place of that of another state. */
export function rowIn<Row extends Tried>(rows: Row[], fresh: Row, isOfKind: (row: Row) => boolean): Row {
  const place = rows.findIndex(isOfKind);
  const found = rows[place];
  if (found?.commit === fresh.commit) return found;
  if (place === -1) rows.push(fresh);
  else rows[place] = fresh;
  return fresh;
}

/** What earlier runs of a bench have kept, to be gone on with here and now. */
export async function recall<Row extends Tried>(bench: string): Promise<Results<Row>> {
  const where = await surroundings(`node bench/${bench}.mjs`);
  const file = rawFile(bench);
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results<Row>).rows : [];
  return { ...where, rows: known };
}

/** What is worth keeping: rows without a trial would only say what was chosen. */
export function begun<Row extends Tried>(results: Results<Row>): Results<Row> {
  return { ...results, rows: results.rows.filter(({ trials }) => trials.length > 0) };
}

/** Writes what a bench has found, for programs. */
export function writeRaw(bench: string, found: object): void {
  const file = rawFile(bench);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(found, null, 2));
}

/** Formats it like everything else here, once nothing is to be added. */
export async function formatRaw(bench: string): Promise<void> {
  const biome = inRepository("node_modules", "@biomejs", "biome", "bin", "biome");
  await command(process.execPath, [biome, "format", "--write", rawFile(bench)], { cwd: inRepository() });
}

/** Writes the page of a bench, for people. */
export function writePage(name: string, text: string): void {
  writeFileSync(inRepository("bench", name), text);
}

function rawFile(bench: string): string {
  return inRepository("bench", "results", `${bench}.json`);
}
