/** Maps values to places; `ticks` lie within the domain, in order. */
export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** The place of a value, which is held within the domain. */
  at(value: number): number;
}

const STEPS = [1, 2, 5, 10] as const;

/** The smallest of 1, 2, 5 times a power of ten that is at least `raw`. */
export function niceStep(raw: number): number {
  if (!(raw > 0) || !Number.isFinite(raw)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = STEPS.find((s) => s * power >= raw * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(12));
}

/** Multiples of a nice step within a range, about `count` of them. */
export function niceTicks(from: number, to: number, count: number): number[] {
  const step = niceStep((to - from) / Math.max(1, count));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const ticks: number[] = [];
  for (let n = first; n <= last && ticks.length < 1000; n++) ticks.push(Number((n * step).toPrecision(12)));
  return ticks;
}

const within = (value: number, from: number, to: number): number => Math.min(to, Math.max(from, value));

/** A linear scale over the values as they are. Of an empty or backward range it makes one of width 1. */
export function linearScale(from: number, to: number, begin: number, end: number, count: number): Scale {
  const last = to > from ? to : from + 1;
  return {
    kind: 'linear',
    from,
    to: last,
    ticks: niceTicks(from, last, count),
    at: (value) => begin + ((within(value, from, last) - from) / (last - from)) * (end - begin),
  };
}

/** From 0 to a nice number that is at least `most`. */
export function countScale(most: number, begin: number, end: number, count: number): Scale {
  const step = niceStep(Math.max(most, 1e-9) / count);
  const top = Math.max(1, Math.ceil(most / step - 1e-9)) * step;
  return linearScale(0, top, begin, end, count);
}

/** Powers of ten below `least` and above `most`; values that are not positive lie at its beginning. */
export function logScale(least: number, most: number, begin: number, end: number): Scale {
  const low = Math.floor(Math.log10(least > 0 ? least : 1) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(most > 0 ? most : 1) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => Number((10 ** (low + i)).toPrecision(12)));
  const [from, to] = [ticks[0]!, ticks[ticks.length - 1]!];
  return {
    kind: 'log',
    from,
    to,
    ticks,
    at: (value) => begin + ((Math.log10(within(value, from, to)) - low) / (high - low)) * (end - begin),
  };
}
