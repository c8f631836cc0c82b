/** The fields of a schedule, in their order, as k3s reads them. */
const fields = [
  { what: "a minute", from: 0, to: 59 },
  { what: "an hour", from: 0, to: 23 },
  { what: "a day of the month", from: 1, to: 31 },
  { what: "a month", from: 1, to: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { what: "a day of the week", from: 0, to: 6, names: "sun mon tue wed thu fri sat".split(" ") },
] as const;

interface Field {
  what: string;
  from: number;
  to: number;
  names?: readonly string[];
}

/** Five fields, or a word for one of the usual ones; what is in the fields is cronComplaint's to say. */
export const cronPattern =
  /^(?=.{1,256}$)(?:@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)|@every (?:\d{1,6}[hms]){1,3}|[\d*?,/A-Za-z-]+(?: +[\d*?,/A-Za-z-]+){4})$/;

/** What is wrong with a schedule that has the right form: k3s would take no snapshots, and not say so. */
export function cronComplaint(schedule: string): string | undefined {
  if (schedule.startsWith("@")) return /^@every (0+[hms])+$/.test(schedule) ? "it never comes" : undefined;
  const texts = schedule.split(/ +/);
  return fields.map((field, index) => fieldComplaint(texts[index] ?? "", field)).find((wrong) => wrong);
}

function fieldComplaint(text: string, field: Field): string | undefined {
  return text
    .split(",")
    .map((part) => partComplaint(part, field))
    .find((wrong) => wrong);
}

/** One of: every value, a value, or a range; each with a step or not. */
function partComplaint(part: string, field: Field): string | undefined {
  const { what, from, to, names } = field;
  const [, first = "", last, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const allowed = `${from} to ${to}${names ? ` or ${names[0]} to ${names.at(-1)}` : ""}`;
  if (first === "") return `${part || "nothing"} is not ${what} (${allowed})`;
  if (step !== undefined && Number(step) === 0) return `${part} has a step of 0`;
  if (last === undefined && (first === "*" || first === "?")) return undefined;
  const ends = [first, last ?? first].map((end) => numberOf(end, field));
  const [low = Number.NaN, high = Number.NaN] = ends;
  const wrong = [first, last ?? first].find((_, index) => !within(ends[index], field));
  if (wrong !== undefined) return `${wrong} is not ${what} (${allowed})`;
  return low > high ? `${part} ends before it begins` : undefined;
}

function numberOf(text: string, { from, names = [] }: Field): number {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return from + index;
  return /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
}

function within(value: number | undefined, { from, to }: Field): boolean {
  return value !== undefined && value >= from && value <= to;
}
