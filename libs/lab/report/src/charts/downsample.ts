/** A series: `y[i]` at `x[i]`, with x in ascending order; null where nothing is known. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/**
 * At most about four points a bucket of equal width: the first, the least, the greatest and the last of each, in their
 * order, so that no peak and no gap is lost. What is short enough stays as it is.
 */
export function downsample({ x, y }: Points, buckets: number): Points {
  if (x.length <= buckets * 4) return { x, y };
  const first = x[0]!;
  const width = (x[x.length - 1]! - first) / buckets || 1;
  const kept: number[] = [];
  for (let begin = 0; begin < x.length;) {
    const bucket = Math.min(buckets - 1, Math.floor((x[begin]! - first) / width));
    let end = begin + 1;
    while (end < x.length && Math.min(buckets - 1, Math.floor((x[end]! - first) / width)) === bucket) end++;
    kept.push(...keptOf(y, begin, end));
    begin = end;
  }
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) };
}

function keptOf(y: Points['y'], begin: number, end: number): number[] {
  let least = -1;
  let greatest = -1;
  let gap = -1;
  for (let i = begin; i < end; i++) {
    const value = y[i];
    if (value === null || value === undefined) {
      if (gap < 0) gap = i;
      continue;
    }
    if (least < 0 || value < y[least]!) least = i;
    if (greatest < 0 || value > y[greatest]!) greatest = i;
  }
  const kept = new Set([begin, end - 1, least, greatest, gap].filter((i) => i >= 0));
  return [...kept].sort((a, b) => a - b);
}
