import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { countScale, linearScale, logScale, niceStep, niceTicks } from './scale.js';

const finite = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });

describe('a scale', () => {
  it('has round ticks', () => {
    expect(niceTicks(0, 11, 10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(niceTicks(0.28, 0.61, 4)).toEqual([0.3, 0.4, 0.5, 0.6]);
    expect(countScale(207, 0, 100, 4).ticks).toEqual([0, 100, 200, 300]);
    expect(countScale(0, 0, 100, 4).to).toBeGreaterThan(0);
    expect(logScale(0.8, 272, 0, 100).ticks).toEqual([0.1, 1, 10, 100, 1000]);
  });

  it('steps by one, two or five times a power of ten', () => {
    fc.assert(
      fc.property(finite(1e-6, 1e9), (raw) => {
        const step = niceStep(raw);
        expect(step).toBeGreaterThanOrEqual(raw * (1 - 1e-6));
        expect(step).toBeLessThanOrEqual(raw * 2.5 * (1 + 1e-6));
        expect(['1', '2', '5']).toContain(step.toExponential()[0]);
      }),
    );
  });

  it('maps its domain onto its range, in order, and never beyond', () => {
    fc.assert(
      fc.property(finite(-1e6, 1e6), finite(0.001, 1e6), finite(-1e7, 1e7), finite(-1e7, 1e7), (from, width, a, b) => {
        const scale = linearScale(from, from + width, 50, 900, 10);
        expect([scale.at(from), scale.at(from + width)]).toEqual([50, 900]);
        expect(scale.at(Math.min(a, b))).toBeLessThanOrEqual(scale.at(Math.max(a, b)));
        expect(scale.at(a)).toBeGreaterThanOrEqual(50);
        expect(scale.at(a)).toBeLessThanOrEqual(900);
        for (const tick of scale.ticks)
          expect(tick >= scale.from - width * 1e-6 && tick <= scale.to + width * 1e-6).toBe(true);
      }),
    );
  });

  it('is logarithmic between powers of ten around what it is of', () => {
    fc.assert(
      fc.property(finite(1e-3, 1e6), finite(1, 1e4), (least, times) => {
        const scale = logScale(least, least * times, 200, 0);
        expect(scale.from).toBeLessThanOrEqual(least * (1 + 1e-9));
        expect(scale.to).toBeGreaterThanOrEqual(least * times * (1 - 1e-9));
        expect(scale.at(scale.from)).toBe(200);
        expect(scale.at(scale.to)).toBe(0);
        expect(scale.at(0)).toBe(200);
      }),
    );
  });
});
