/** Of some figures: how many there are, the middle, the one that only one in a hundred exceeds, and the largest. */
export interface Summary {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

export function summary(numbers: readonly number[]): Summary | undefined {
  if (numbers.length === 0) return undefined;
  return {
    count: numbers.length,
    p50: quantile(numbers, 0.5),
    p99: quantile(numbers, 0.99),
    max: quantile(numbers, 1),
  };
}

/** The smallest of them that at least this share does not exceed. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The longest time within a span in which none of these moments lies; the whole span where none does. */
export function longestGap(moments: readonly number[], from: number, to: number): number {
  const within = moments.filter((moment) => moment > from && moment < to).toSorted((a, b) => a - b);
  return Math.max(...[...within, to].map((moment, index) => moment - (within[index - 1] ?? from)));
}
