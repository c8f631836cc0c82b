import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command } from "../../../lab/command";
import { inRepository } from "../../../lab/folders";
import { type Matrix, matrixPage, type Row } from "../../../lab/kills/matrix";
import { surroundings } from "../../../lab/measure/surroundings";

const raw = inRepository("bench", "results", "kills.json");
const page = inRepository("bench", "kills.md");

/** What is known of the product as it is; nothing of what it was before counts. */
export async function openRecord(boundaries: Matrix["boundaries"]): Promise<Matrix> {
  const now = { ...(await surroundings("npm run campaign")), commit: await productCommit() };
  const before = existsSync(raw) ? (JSON.parse(readFileSync(raw, "utf8")) as Matrix) : undefined;
  if (before?.commit !== now.commit) return { ...now, boundaries, rows: [] };
  const union = (one: string[], other: string[]) => [...new Set([...one, ...other])];
  return {
    ...now,
    boundaries: {
      create: union(boundaries.create, before.boundaries.create),
      destroy: union(boundaries.destroy, before.boundaries.destroy),
    },
    rows: before.rows,
  };
}

/** Adds the outcome of a trial, so that an interrupted campaign goes on after it. */
export function keep(matrix: Matrix, row: Row): void {
  const { operation, boundary, kind } = row;
  const others = matrix.rows.filter(
    (one) => one.operation !== operation || one.boundary !== boundary || one.kind !== kind,
  );
  matrix.rows = [...others, row];
  mkdirSync(dirname(raw), { recursive: true });
  writeFileSync(raw, `${JSON.stringify(matrix, null, 2)}\n`);
  writeFileSync(page, matrixPage(matrix));
}

/** The last commit that changed what is not only said, tried or measured. */
async function productCommit(): Promise<string> {
  const but = ["tests", "bench", "docs", "lab", "*.md"].map((place) => `:!${place}`);
  const git = (...args: string[]) => command("git", [...args, "--", ".", ...but], { cwd: inRepository() });
  const commit = (await git("log", "-1", "--format=%h")).trim();
  return (await git("status", "--porcelain")).trim() === "" ? commit : `${commit} with uncommitted changes`;
}
