import { type Break, whileBroken } from "./breaks";
import { type Field, type Written, write } from "./field";
import { type Complaint, complaintsIn } from "./said";
import { tracesOn } from "./traces";

/** What is expected of a failure; the patterns are looked for in its parts. */
export interface Failing {
  /** The fields of the manifest that differ; without them it is as it was. */
  manifest?: Written;
  told: { where: string | RegExp; cause: RegExp; next: RegExp }[];
  /** Seconds that each run may take, pulumi's own start included. */
  within: number;
  /** What must not be said: secrets. */
  unsaid?: string[];
  /** What is broken meanwhile. */
  broken?: Break[];
}

const runs = { preview: ["preview"], up: ["up", "--yes", "--skip-preview"] };

/** Refused before any machine is touched: preview says so, and up, and no machine is another than before. */
export async function refused(field: Field, failing: Failing): Promise<void> {
  await failsIn(Object.values(runs), field, failing);
}

/** Fails on the way: up says so in time, and the machines that it is not about are as before. */
export async function fails(field: Field, failing: Failing & { untouched: string[] }): Promise<void> {
  await failsIn([runs.up], field, failing, failing.untouched);
}

/** A preview that finds nothing to refuse; gives what it says. */
export async function accepted(field: Field, manifest: Written): Promise<string> {
  write(field, manifest);
  return field.stack.pulumi(runs.preview);
}

async function failsIn(all: string[][], field: Field, failing: Failing, untouched?: string[]): Promise<void> {
  const traces = async () => (field.lab ? await tracesOn(field.lab, untouched) : {});
  if (failing.manifest) write(field, failing.manifest);
  const before = await traces();
  // A preview takes no lock, so that it may run beside an update.
  await whileBroken(failing.broken ?? [], async () => {
    const ends = await Promise.all(all.map((args) => run(field, args)));
    for (const end of ends) judge(end, failing);
  });
  expect(await traces()).toEqual(before);
}

interface End {
  command: string;
  code: number;
  said: string;
  seconds: number;
}

async function run({ stack }: Field, args: string[]): Promise<End> {
  const begun = Date.now();
  const { code, stdout, stderr } = await stack.tryPulumi(args);
  return { command: args.join(" "), code, said: stdout + stderr, seconds: (Date.now() - begun) / 1_000 };
}

function judge({ command, code, said, seconds }: End, { told, within, unsaid = [] }: Failing): void {
  console.log(`${command}: ${seconds.toFixed(1)} s`);
  try {
    expect(code).not.toBe(0);
    expect(complaintsIn(said)).toEqual(expect.arrayContaining(told.map(pattern)));
    expect(said).not.toMatch(/^ +at .*\.js:\d+/m);
    for (const secret of unsaid) expect(said).not.toContain(secret);
    expect(seconds).toBeLessThan(within);
  } catch (error) {
    console.log(said);
    throw error;
  }
}

function pattern({ where, cause, next }: Failing["told"][number]): Complaint {
  return {
    where: expect.stringMatching(typeof where === "string" ? new RegExp(`^${where}$`) : where),
    cause: expect.stringMatching(cause),
    next: expect.stringMatching(next),
  };
}
