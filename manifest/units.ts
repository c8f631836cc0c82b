import { text } from "./text";

const seconds = {
  ms: 0.001,
  s: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
};

const units = Object.keys(seconds).join("|");

export const duration = text({
  what: "a duration",
  allowed: "a whole number and ms, s, seconds, minutes or hours, such as 90 s or 5 minutes",
  pattern: new RegExp(`^[1-9]\\d{0,5} ?(${units})$`),
  hint: (value) =>
    /^\d+$/.test(value) ? `its unit is missing; write ${value.slice(0, 9)} s if it is seconds` : undefined,
});

/** How many milliseconds a duration is. */
export function milliseconds(duration: string): number {
  const [, number, unit] = /^(\d+) ?([a-z]+)$/.exec(duration) ?? [];
  return Number(number) * 1000 * seconds[unit as keyof typeof seconds];
}

const multiples = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

export const size = text({
  what: "a size",
  allowed: "a whole number and Mi, Gi or Ti, or M, G or T for powers of ten, such as 2Gi",
  pattern: /^[1-9]\d{0,8}([KMGT]i|[kMGT])$/,
  hint: sizeHint,
});

/** How many bytes a size is. */
export function bytes(size: string): number {
  const [, number, unit = ""] = /^(\d+)([A-Za-z]*)$/.exec(size) ?? [];
  return Number(number) * multiples[unit as keyof typeof multiples];
}

function sizeHint(value: string): string | undefined {
  if (/^\d{1,9}$/.test(value)) return `its unit is missing; write ${value}Gi or ${value}Mi`;
  const [, number, letter] = /^(\d{1,9}) ?([kmgt])i?b?$/i.exec(value) ?? [];
  return letter ? `write ${number}${letter.toUpperCase()}i` : undefined;
}
