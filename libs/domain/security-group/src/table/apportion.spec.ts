import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { apportion } from './apportion.js';

const holders = (weights: readonly number[], held: readonly number[] = []) =>
  weights.map((weight, i) => ({ member: i + 1, weight, held: held[i] ?? 0 }));

describe('apportion', () => {
  it('divides by weight and rounds the largest remainders up', () => {
    expect(apportion(512, holders([48, 48, 48, 16]), 4)).toEqual([0, 154, 154, 153, 51]);
  });

  it('leaves the rest with those who have it, so that nothing moves without need', () => {
    expect(apportion(8, holders([1, 1, 1], [2, 3, 3]), 3)).toEqual([0, 2, 3, 3]);
    expect(apportion(8, holders([1, 1, 1], [0, 0, 0]), 3)).toEqual([0, 3, 3, 2]);
    // However many more the heavy member holds, the rest stays where it is.
    expect(apportion(38, holders([4, 1, 1], [0, 19, 19]), 3)).toEqual([0, 25, 7, 6]);
    expect(apportion(38, holders([4, 1, 1], [20, 9, 9]), 3)).toEqual([0, 25, 7, 6]);
  });

  it('treats members alike when none has a weight', () => {
    expect(apportion(5, holders([0, 0]), 2)).toEqual([0, 3, 2]);
    expect(apportion(5, holders([0, 1]), 2)).toEqual([0, 0, 5]);
  });

  it('divides everything, each share within a slot of the exact one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_537 }),
        fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 28 }),
        (total, weights) => {
          const shares = apportion(total, holders(weights), weights.length);
          const all = weights.reduce((sum, w) => sum + w, 0);
          expect(shares.reduce((sum, n) => sum + n, 0)).toBe(total);
          weights.forEach((weight, i) => {
            expect(Math.abs((shares[i + 1] as number) - (total * weight) / all)).toBeLessThan(1);
          });
        },
      ),
    );
  });
});
