import { canonicalBytes } from './canonical.js';
import { sha256Hex } from './hash.js';
import type { Rng } from './runtime.js';

/**
 * Seeded random numbers (xoshiro128**). Each label has a stream of its own, so that one part of a
 * run drawing more or fewer numbers does not change what another part draws.
 */
export function createRng(seed: number | string, label: string): Rng {
  const digest = sha256Hex(canonicalBytes([String(seed), label]));
  const word = (i: number): number => Number.parseInt(digest.slice(i * 8, i * 8 + 8), 16) | 0;
  let a = word(0);
  let b = word(1);
  let c = word(2);
  // All words zero is the one state the generator never leaves.
  let d = word(3) | 1;

  function u32(): number {
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  return {
    u32,
    int(below) {
      if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
        throw new RangeError(`random integer below ${below}: expected 1 to 2^32`);
      }
      const divisor = below >>> 0;
      if (divisor === 0) return u32();
      // Draws above the last full multiple of `below` in 2^32 would make small results likelier; draw again.
      const beyond = ((0 - divisor) >>> 0) % divisor;
      let x = u32();
      while (x > ~beyond >>> 0) x = u32();
      return x % divisor;
    },
  };
}
