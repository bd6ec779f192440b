import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compareHlc, createRng, hashInts, HybridClock, sha256Hex } from './index.js';

describe('hashes', () => {
  it('are SHA-256 in hex', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex(new TextEncoder().encode('abc'))).toBe(abc);
  });

  it('take integers as little-endian words, wherever they lie', () => {
    const bytes = new Uint8Array([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x80]);
    const ints = new Int32Array([99, 1, -1, -(2 ** 31), 99]).subarray(1, 4);
    expect(hashInts(ints)).toBe(sha256Hex(bytes));
  });
});

describe('seeded random numbers', () => {
  const draw = (seed: number | string, label: string): number[] => {
    const rng = createRng(seed, label);
    return Array.from({ length: 5 }, () => rng.u32());
  };

  it('are the same for the same seed and label, for ever', () => {
    expect(draw(1, 'traffic')).toStrictEqual([224647491, 1984909155, 2863907507, 3116303107, 1060492027]);
  });

  it('differ by seed and by label', () => {
    const all = [draw(1, 'a'), draw(2, 'a'), draw(1, 'b'), draw('1', 'ab')].map(String);
    expect(new Set(all).size).toBe(4);
  });

  it('fill a range evenly', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, below) => {
        const rng = createRng(seed, 'even');
        const counts = new Array<number>(below).fill(0);
        for (let i = 0; i < below * 200; i++) counts[rng.int(below)]!++;
        // 200 expected each; eight standard deviations either way.
        for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(115);
      }),
    );
  });

  it('stay within their range, up to all 32 bits', () => {
    const rng = createRng(1, 'wide');
    const wide = Array.from({ length: 1000 }, () => rng.int(2 ** 32));
    expect(Math.max(...wide)).toBeGreaterThan(2 ** 31);
    expect(wide.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32)).toBe(true);
    expect(rng.int(1)).toBe(0);
    for (const below of [0, -1, 1.5, 2 ** 32 + 1]) expect(() => rng.int(below)).toThrow(RangeError);
  });
});

describe('the hybrid clock', () => {
  it('counts within a millisecond and starts over with the next', () => {
    let now = 100.9;
    const clock = new HybridClock(() => now);
    const times = [clock.now(), clock.now()];
    now = 101;
    times.push(clock.now());
    expect(times).toStrictEqual([
      { ms: 100, count: 0 },
      { ms: 100, count: 1 },
      { ms: 101, count: 0 },
    ]);
  });

  it('goes on from a peer that is ahead, and not far for one that is wrong', () => {
    const clock = new HybridClock(() => 1000, 500);
    expect(clock.observe({ ms: 1400, count: 7 })).toBe(true);
    expect(clock.now()).toStrictEqual({ ms: 1400, count: 8 });
    expect(clock.observe({ ms: 9_000_000, count: 3 })).toBe(false);
    expect(clock.now()).toStrictEqual({ ms: 1500, count: 1 });
    expect(clock.observe({ ms: 1200, count: 99 })).toBe(true);
    expect(clock.now()).toStrictEqual({ ms: 1500, count: 2 });
  });

  it('never goes back, and stays within the bound, whatever it is told', () => {
    const step = fc.record({
      byMs: fc.integer({ min: 0, max: 50 }),
      peer: fc.option(fc.record({ ms: fc.nat(3000), count: fc.nat(5) })),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let now = 1000;
        const clock = new HybridClock(() => now, 500);
        let last = clock.now();
        for (const { byMs, peer } of steps) {
          now += byMs;
          if (peer !== null) clock.observe(peer);
          const next = clock.now();
          expect(compareHlc(next, last)).toBeGreaterThan(0);
          if (peer !== null && peer.ms <= now + 500) expect(compareHlc(next, peer)).toBeGreaterThan(0);
          expect(next.ms).toBeLessThanOrEqual(now + 500);
          last = next;
        }
      }),
    );
  });
});
