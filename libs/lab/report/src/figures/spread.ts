/** A value of many seeds, quantiles by the nearest rank: what lies in the middle, and how sure that is. */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p99: number;
  readonly max: number;
  /**
   * An interval that holds the median of all seeds there are with a confidence of at least 95 %, between two of the
   * values themselves; null of fewer than six values, where there is none.
   */
  readonly interval: readonly [number, number] | null;
}

/** @returns null of no values */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
  const outside = ranksOutside(sorted.length);
  return {
    count: sorted.length,
    min: sorted[0]!,
    p25: at(0.25),
    median: at(0.5),
    p75: at(0.75),
    p99: at(0.99),
    max: sorted[sorted.length - 1]!,
    interval: outside === null ? null : [sorted[outside]!, sorted[sorted.length - 1 - outside]!],
  };
}

const OUTSIDE_EACH_END = 0.025;

/**
 * How many of the least, and of the greatest, of n values may be left out: each lies below the median with
 * probability one half, so how many do is binomial, whatever the values are distributed like.
 */
export function ranksOutside(n: number): number | null {
  let below = 0;
  let logChoose = 0;
  for (let k = 0; k <= n >> 1; k++) {
    below += Math.exp(logChoose - n * Math.LN2);
    if (below > OUTSIDE_EACH_END) return k === 0 ? null : k - 1;
    logChoose += Math.log((n - k) / (k + 1));
  }
  return null;
}
