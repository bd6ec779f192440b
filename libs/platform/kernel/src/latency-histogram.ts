const EXACT = 64;
const SUB_BUCKETS = 32;
const BUCKETS = EXACT + 26 * SUB_BUCKETS;

/** What a histogram says, in microseconds; all 0 when it is empty. */
export interface LatencySummary {
  readonly count: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
}

/**
 * Log-linear histogram of whole microseconds below 2^32: exact to 63, then 32 buckets an octave,
 * so a percentile is at most 3.2 % above the truth and never below it. Recording allocates nothing.
 */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(BUCKETS);
  private total = 0;
  private max = 0;

  record(us: number): void {
    const value = us < 0 ? 0 : us > 0xffffffff ? 0xffffffff : Math.floor(us);
    this.counts[bucketOf(value)]++;
    this.total++;
    if (value > this.max) this.max = value;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
    this.max = 0;
  }

  /** What is left when the values of `part`, all of which are in here, are taken out. Its greatest value is a bound. */
  without(part: LatencyHistogram): LatencyHistogram {
    const rest = new LatencyHistogram();
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      rest.counts[bucket] = this.counts[bucket] - part.counts[bucket];
      rest.total += rest.counts[bucket];
      if (rest.counts[bucket] > 0) rest.max = Math.min(upperBound(bucket), this.max);
    }
    return rest;
  }

  /** Buckets that are not empty, as `[bucket, count, bucket, count, …]`: plain JSON, read back by `fromPairs`. */
  pairs(): number[] {
    const pairs: number[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (this.counts[bucket] > 0) pairs.push(bucket, this.counts[bucket]);
    }
    return pairs;
  }

  /** A histogram from its pairs; its greatest value is the bound of its last bucket. Pairs of no bucket do not count. */
  static fromPairs(pairs: readonly number[]): LatencyHistogram {
    const histogram = new LatencyHistogram();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const [bucket, count] = [pairs[i] as number, pairs[i + 1] as number];
      if (!(bucket >= 0 && bucket < BUCKETS)) continue;
      histogram.counts[bucket] = count;
      histogram.total += count;
      histogram.max = Math.max(histogram.max, upperBound(bucket));
    }
    return histogram;
  }

  /** How many values are below `us`, a power of two above 32; exact. */
  below(us: number): number {
    let many = 0;
    for (let bucket = 0; bucket < BUCKETS && upperBound(bucket) < us; bucket++) many += this.counts[bucket];
    return many;
  }

  /** The sum of all values, each taken as the upper bound of its bucket: 3.2 % too much at most. */
  sumUs(): number {
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) sum += this.counts[bucket] * upperBound(bucket);
    return sum;
  }

  get count(): number {
    return this.total;
  }

  /** Upper bound of the bucket in which the `perMille`-th of a thousand lies; the greatest value at 1000. */
  percentile(perMille: number): number {
    if (this.total === 0) return 0;
    const rank = Math.max(1, Math.ceil((this.total * perMille) / 1000));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.counts[bucket];
      if (seen >= rank) return Math.min(upperBound(bucket), this.max);
    }
    return this.max;
  }

  summary(): LatencySummary {
    return {
      count: this.total,
      p50Us: this.percentile(500),
      p90Us: this.percentile(900),
      p99Us: this.percentile(990),
      p999Us: this.percentile(999),
      maxUs: this.max,
    };
  }
}

function bucketOf(value: number): number {
  if (value < EXACT) return value;
  const octave = 31 - Math.clz32(value);
  return EXACT + (octave - 6) * SUB_BUCKETS + ((value >>> (octave - 5)) & (SUB_BUCKETS - 1));
}

function upperBound(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const octave = 6 + Math.floor((bucket - EXACT) / SUB_BUCKETS);
  const sub = (bucket - EXACT) % SUB_BUCKETS;
  return (SUB_BUCKETS + sub + 1) * 2 ** (octave - 5) - 1;
}
