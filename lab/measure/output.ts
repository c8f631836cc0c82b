/** A resource that pulumi reported as made, and when that was in its run. */
export interface Created {
  at: number;
  kind: string;
  name: string;
  /** Seconds that the resource itself took. */
  took: number;
}

/** The resource that a line of `pulumi up` says was made. */
export function createdIn(line: string, at: number): Created | undefined {
  const found = /^\s*\+\S*\s+(\S+)\s+(\S+)\s+created(?: \(([\d.]+)s\))?/.exec(line);
  if (!found) return undefined;
  const [, type = "", name = "", took = "0"] = found;
  return { at, kind: type.split(":").at(-1) ?? type, name, took: Number(took) };
}

/** What the shell's `times` says last: user and system seconds of everything that it has waited for. */
export function childSeconds(output: string): number {
  const [user, system] = (output.trim().split("\n").at(-1) ?? "").split(" ").map(inSeconds);
  return (user ?? Number.NaN) + (system ?? Number.NaN);
}

function inSeconds(text: string): number {
  const [minutes, seconds] = text.replace("s", "").split("m").map(Number);
  return (minutes ?? Number.NaN) * 60 + (seconds ?? Number.NaN);
}
