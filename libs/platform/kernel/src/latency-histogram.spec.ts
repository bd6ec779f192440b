import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LatencyHistogram } from './latency-histogram.js';

describe('a latency histogram', () => {
  it('says nothing but zeros before the first value', () => {
    expect(new LatencyHistogram().summary()).toEqual({ count: 0, p50Us: 0, p90Us: 0, p99Us: 0, p999Us: 0, maxUs: 0 });
  });

  it('is exact for small values', () => {
    const histogram = new LatencyHistogram();
    for (let us = 1; us <= 50; us++) histogram.record(us);
    expect(histogram.summary()).toEqual({ count: 50, p50Us: 25, p90Us: 45, p99Us: 50, p999Us: 50, maxUs: 50 });
  });

  it('is read back from its pairs, but that its greatest value is a bound', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 100 }), (us) => {
        const histogram = new LatencyHistogram();
        for (const value of us) histogram.record(value);
        const again = LatencyHistogram.fromPairs(JSON.parse(JSON.stringify(histogram.pairs())) as number[]);
        expect(again.pairs()).toEqual(histogram.pairs());
        expect(again.count).toBe(us.length);
        expect(again.percentile(1000)).toBeGreaterThanOrEqual(histogram.percentile(1000));
        expect(again.percentile(1000)).toBeLessThanOrEqual(histogram.percentile(1000) * 1.032);
        expect(again.without(histogram).count).toBe(0);
      }),
    );
  });

  it('never understates a percentile, and overstates it by 3.2 % at most', () => {
    const values = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.constantFrom(1, 500, 900, 990, 999, 1000), (us, perMille) => {
        const histogram = new LatencyHistogram();
        for (const value of us) histogram.record(value);
        const sorted = us.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((us.length * perMille) / 1000)) - 1] as number;
        const said = histogram.percentile(perMille);
        expect(said).toBeGreaterThanOrEqual(exact);
        expect(said).toBeLessThanOrEqual(exact * 1.032);
      }),
    );
  });
});
