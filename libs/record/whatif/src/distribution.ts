/** A figure over many forks, beside what the record has. */
export interface Distribution {
  /** Null where the record has none. */
  readonly original: number | null;
  /** Null where no fork has any. */
  readonly min: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  /** Forks that have a value; the others have none, such as a time until something that did not happen. */
  readonly forks: number;
}

/** By the nearest-rank method: every value of it is one that a fork has. */
export function distributionOf(original: number | null, values: readonly (number | null)[]): Distribution {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (perCent: number): number | null =>
    sorted[Math.max(0, Math.ceil((sorted.length * perCent) / 100) - 1)] ?? null;
  return { original, min: at(0), p50: at(50), p95: at(95), max: at(100), forks: sorted.length };
}
