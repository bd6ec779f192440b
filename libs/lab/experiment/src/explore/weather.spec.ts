import { describe, expect, it } from '@jest/globals';
import { comesUpWithinMs } from './weather.js';

describe('the time a fabric has to come up', () => {
  it('is half a minute where the log loses nothing, and longer by the timeouts its losses cost', () => {
    expect(comesUpWithinMs({})).toBe(30_000);
    expect(comesUpWithinMs({ messageUs: 2000, appendTimeoutMs: 2000 })).toBe(30_000);
    expect(comesUpWithinMs({ appendLostPerMillion: 250_000, appendTimeoutMs: 1500 })).toBe(54_000);
    expect(comesUpWithinMs({ appendAnswerLostPerMillion: 200_000, appendTimeoutMs: 100 })).toBe(31_200);
    expect(comesUpWithinMs({ appendLostPerMillion: 300_000, appendAnswerLostPerMillion: 300_000 })).toBe(174_000);
  });
});
