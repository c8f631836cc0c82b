import { parseArgs } from "node:util";
import { Problem } from "../problem";

/** What a bench is told by `--trials` and `--only`. */
export function trialsFrom(
  args: string[],
  usual: number,
  most: number,
  remedy: string,
): { trials: number; only: string } {
  const { trials, only } = textsFrom(args, { trials: `${usual}`, only: "" }, remedy);
  return { trials: countFrom(trials, "trials", most, remedy), only };
}

/** What a bench is told by `--rounds`. */
export function roundsFrom(args: string[], usual: number, most: number, remedy: string): number {
  return countFrom(textsFrom(args, { rounds: `${usual}` }, remedy).rounds, "rounds", most, remedy);
}

function textsFrom<Name extends string>(
  args: string[],
  usual: Record<Name, string>,
  remedy: string,
): Record<Name, string> {
  const options = Object.fromEntries(Object.keys(usual).map((name) => [name, { type: "string" as const }]));
  try {
    return { ...usual, ...parseArgs({ args, options }).values };
  } catch (error) {
    throw new Problem((error as Error).message, remedy);
  }
}

function countFrom(text: string, what: string, most: number, remedy: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new Problem(`"${text}" is no number of ${what} from 1 to ${most}.`, remedy);
}
