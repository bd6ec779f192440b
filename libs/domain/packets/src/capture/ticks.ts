/** How an interface counts time: ticks a second, and seconds to add (both from its description block). */
export interface TimeScale {
  readonly perSecond: number;
  readonly offsetSeconds: number;
}

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const BILLION = 1_000_000_000;

/**
 * Splits a 64-bit tick count, given as two unsigned halves, into seconds and nanoseconds.
 * Exact up to 2^45 ticks a second: a plain 64-bit number would lose nanoseconds above 2^53.
 */
export function timeOf(high: number, low: number, scale: TimeScale): Time {
  const { perSecond } = scale;
  let seconds = Math.floor(high / perSecond);
  let rest = high % perSecond;
  for (let shift = 24; shift >= 0; shift -= 8) {
    const next = rest * 256 + ((low >>> shift) & 0xff);
    seconds = seconds * 256 + Math.floor(next / perSecond);
    rest = next % perSecond;
  }
  const nanoseconds =
    perSecond > BILLION ? Math.floor(rest / (perSecond / BILLION)) : Math.floor((rest * BILLION) / perSecond);
  return { seconds: seconds + scale.offsetSeconds, nanoseconds };
}
