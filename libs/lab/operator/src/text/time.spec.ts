import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isoTime, longTime, policyDate, upTime } from './time.js';

describe('times', () => {
  it('agree with the calendar at any moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        const iso = new Date(ms).toISOString();
        expect(isoTime(ms)).toBe(`${iso.slice(0, 19)}Z`);
        const [day, date, month, year, clock] = new Date(ms).toUTCString().replace(',', '').split(' ');
        expect(longTime(ms)).toBe(`${day} ${month} ${String(Number(date)).padStart(2)} ${clock} ${year}`);
        expect(policyDate(ms)).toBe(`${date}${month}${year?.slice(2)} ${clock?.slice(0, 5)}`);
      }),
    );
  });

  it('count days only where there are any', () => {
    expect([0, 86_399_000, 86_400_000, 1_051_869_000].map(upTime)).toEqual([
      '00:00:00 hours',
      '23:59:59 hours',
      '1 day, 00:00:00 hours',
      '12 days, 04:11:09 hours',
    ]);
  });
});
