import type { Rng } from '@rehearsal/kernel';

/** True once in so many draws. */
export function onceIn(rng: Rng, n: number): boolean {
  return rng.int(n) === 0;
}

export function pick<T>(rng: Rng, from: readonly T[]): T {
  return from[rng.int(from.length)]!;
}

/** Each with a chance of one half. */
export function someOf<T>(rng: Rng, from: readonly T[]): T[] {
  return from.filter(() => onceIn(rng, 2));
}

/** From `least` to `most`, small as often as large: each halving of the most is as likely as the next. */
export function magnitude(rng: Rng, least: number, most: number): number {
  let halvings = 0;
  while (most >> (halvings + 1) >= Math.max(1, least)) halvings++;
  const top = most >> rng.int(halvings + 1);
  return Math.max(least, top - rng.int((top >> 1) + 1));
}
