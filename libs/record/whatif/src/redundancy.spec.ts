import { describe, expect, it } from '@jest/globals';
import { redundancyMs } from './redundancy.js';

const step = (atMs: number, exposed: number, ...failedAtMs: number[]) => ({ atMs, exposed, failedAtMs });

describe('the time to redundancy', () => {
  it('goes from the failure to the commit that leaves no slot exposed', () => {
    const steps = [step(0, 0), step(1300, 4, 1000), step(1500, 1), step(1800, 0), step(1900, 0)];
    expect(redundancyMs(steps)).toEqual({ longestMs: 800, never: 0 });
  });

  it('is over with the loss itself where nothing was exposed by it', () => {
    expect(redundancyMs([step(0, 0), step(1300, 0, 1000)])).toEqual({ longestMs: 300, never: 0 });
  });

  it('goes by the order of the log where clocks do not', () => {
    const steps = [step(1320, 0), step(1300, 4, 1000), step(1290, 2), step(1700, 0)];
    expect(redundancyMs(steps)).toEqual({ longestMs: 700, never: 0 });
  });

  it('is the longest of several, and counts those that were not made up for', () => {
    const steps = [step(1300, 4, 1000), step(1800, 0), step(2300, 8, 2000, 2100), step(4000, 0), step(5300, 4, 5000)];
    expect(redundancyMs(steps)).toEqual({ longestMs: 2000, never: 1 });
  });

  it('is none without a loss', () => {
    expect(redundancyMs([step(0, 4)])).toEqual({ longestMs: null, never: 0 });
  });
});
