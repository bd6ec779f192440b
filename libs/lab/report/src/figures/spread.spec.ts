import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ranksOutside, spreadOf } from './spread.js';

/** The chance that an interval between the ranks holds the median, counted out. */
function confidence(n: number, outside: number): number {
  let choose = 1;
  let tail = 0;
  for (let k = 0; k <= outside; k++) {
    tail += choose / 2 ** n;
    choose = (choose * (n - k)) / (k + 1);
  }
  return 1 - 2 * tail;
}

describe('a figure over seeds', () => {
  it('has an interval from six values on, as tables of the binomial distribution have it', () => {
    expect([5, 6, 8, 9, 20, 50, 100].map(ranksOutside)).toEqual([null, 0, 0, 1, 5, 17, 39]);
  });

  it('holds the median with 95 %, and would not with one value less at each end', () => {
    for (let n = 6; n <= 200; n++) {
      const outside = ranksOutside(n)!;
      expect(confidence(n, outside)).toBeGreaterThanOrEqual(0.95);
      expect(confidence(n, outside + 1)).toBeLessThan(0.95);
    }
  });

  it('is in order, and whatever order the values come in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 80 }), (values) => {
        const s = spreadOf(values)!;
        const inOrder = [s.min, s.interval![0], s.median, s.interval![1], s.max];
        expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
        expect(spreadOf([...values].reverse())).toEqual(s);
      }),
    );
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([4])).toEqual({ count: 1, min: 4, p25: 4, median: 4, p75: 4, p99: 4, max: 4, interval: null });
  });
});
