import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { distributionOf } from './distribution.js';

describe('a distribution', () => {
  it('is of the values that forks have, by the nearest rank', () => {
    const twenty = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect(distributionOf(7, twenty)).toEqual({ original: 7, min: 1, p50: 10, p95: 19, max: 20, forks: 20 });
    expect(distributionOf(0, [3, null, 1])).toEqual({ original: 0, min: 1, p50: 1, p95: 3, max: 3, forks: 2 });
  });

  it('is nothing beside the original where no fork has a value', () => {
    const nothing = { min: null, p50: null, p95: null, max: null };
    expect(distributionOf(null, [null, null])).toEqual({ original: null, ...nothing, forks: 0 });
    expect(distributionOf(4, [])).toEqual({ original: 4, ...nothing, forks: 0 });
  });

  it('has at each rank a value with so many at or below it, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }), (values) => {
        const { min, p50, p95, max } = distributionOf(null, values);
        for (const [rank, value] of [
          [50, p50!],
          [95, p95!],
        ] as const) {
          const needed = Math.ceil((values.length * rank) / 100);
          expect(values).toContain(value);
          expect(values.filter((v) => v <= value).length).toBeGreaterThanOrEqual(needed);
          expect(values.filter((v) => v < value).length).toBeLessThan(needed);
        }
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
        expect(distributionOf(null, values.toReversed())).toEqual(distributionOf(null, values));
      }),
    );
  });
});
