import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { downsample, type Points } from './downsample.js';

const points: fc.Arbitrary<Points> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.option(fc.integer({ min: -1000, max: 1000 }), { freq: 8 })), {
    minLength: 1,
    maxLength: 900,
  })
  .map((steps) => {
    let at = 0;
    return { x: steps.map(([step]) => (at += step)), y: steps.map(([, y]) => y) };
  });
const known = (y: Points['y']): number[] => y.filter((v) => v !== null);

describe('downsampling', () => {
  it('leaves what is short enough as it is', () => {
    const short = { x: [0, 1, 2, 3], y: [5, null, 7, 8] };
    expect(downsample(short, 1)).toEqual(short);
  });

  it('keeps a single peak among a hundred thousand', () => {
    const x = Array.from({ length: 100_000 }, (_, i) => i);
    const y = x.map((i) => (i === 77_777 ? 1000 : i % 7));
    const few = downsample({ x, y }, 300);
    expect(few.x.length).toBeLessThanOrEqual(1500);
    expect(few.y[few.x.indexOf(77_777)]).toBe(1000);
  });

  it('gives points of the series alone, in order, with first, last, least, greatest and gaps', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 60 }), (all, buckets) => {
        const few = downsample(all, buckets);
        expect(few.x.length).toBeLessThanOrEqual(Math.max(buckets * 5, buckets * 4));
        expect(few.x).toHaveLength(few.y.length);
        let from = 0;
        for (const [i, x] of few.x.entries()) {
          while (from < all.x.length && (all.x[from] !== x || all.y[from] !== few.y[i])) from++;
          expect(from).toBeLessThan(all.x.length);
          from++;
        }
        expect([few.x[0], few.y[0], few.x.at(-1), few.y.at(-1)]).toEqual([
          all.x[0],
          all.y[0],
          all.x.at(-1),
          all.y.at(-1),
        ]);
        if (known(all.y).length > 0) {
          expect(Math.min(...known(few.y))).toBe(Math.min(...known(all.y)));
          expect(Math.max(...known(few.y))).toBe(Math.max(...known(all.y)));
        }
        expect(few.y.includes(null)).toBe(all.y.includes(null));
      }),
    );
  });
});
