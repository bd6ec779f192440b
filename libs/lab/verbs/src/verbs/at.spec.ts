import { describe, expect, it } from '@jest/globals';
import { LabError, type Sample, type Samples } from '@rehearsal/lab-port';
import { readMoment, sampledAt } from './at.js';

describe('the moment of at', () => {
  const head = {
    startedAtMs: 1000,
    endedAtMs: 11_000,
    faults: [{ atMs: 4000, fault: 'panic', target: 'x', detail: {} }],
  };

  it.each([
    ['2.5s', 3500],
    ['2500ms', 3500],
    ['2.5', 3500],
    ['0.1m', 7000],
    ['fault', 4000],
    ['fault+0.3s', 4300],
    ['fault-1s', 3000],
    ['end', 11_000],
    ['end-1s', 10_000],
  ])('reads %s', (text, atMs) => {
    expect(readMoment(text, head)).toBe(atMs);
  });

  it.each(['', 'x', '12s', 'fault+', 'fault3', '-1s', 'end+1s'])('refuses %j', (text) => {
    expect(() => readMoment(text, head)).toThrow(LabError);
  });
});

describe("the sample of a moment in a run's series", () => {
  const row = (
    atMs: number,
    judged: readonly (number | null)[],
    connections: readonly (number | null)[],
    counted: Pick<Sample, 'passedBytes' | 'opened'> = {},
  ): Sample => ({
    atMs,
    judged,
    connections,
    ...counted,
    sent: null,
    delivered: null,
    dropped: null,
    lost: null,
    open: null,
    latencyUs: null,
    membersActive: null,
    exposedSlots: null,
    aheadOfCopies: [],
  });
  const series: Samples = {
    everyMs: 100,
    members: ['1_01', '1_02'],
    samples: [row(1000, [10, 20], [5, 6]), row(1100, [40, null], [7, null]), row(1200, [50, 3], [8, 1])],
  };

  it('is the last one before it, with rates since the one before that', () => {
    const sampled = sampledAt(series, 1150);
    expect([...(sampled?.connections ?? [])]).toEqual([['1_01', 7]]);
    const none = { bitsPerSec: null, connectionsPerSec: null };
    expect([...(sampled?.rates ?? [])]).toEqual([['1_01', { packetsPerSec: 300, ...none }]]);
    expect([...(sampledAt(series, 1200)?.rates ?? [])]).toEqual([['1_01', { packetsPerSec: 100, ...none }]]);
  });

  it('has bytes and connections a second, where they did not begin anew', () => {
    const samples = [
      row(1000, [0, 0], [1, 1], { passedBytes: [1000, 9000], opened: [7, 7] }),
      row(1500, [50, 50], [1, 1], { passedBytes: [2000, 100], opened: [10, 7] }),
    ];
    expect([...(sampledAt({ ...series, samples }, 1500)?.rates ?? [])]).toEqual([
      ['1_01', { packetsPerSec: 100, bitsPerSec: 16_000, connectionsPerSec: 6 }],
      ['1_02', { packetsPerSec: 100, bitsPerSec: null, connectionsPerSec: 0 }],
    ]);
  });

  it('is missing before the first, and long after the last', () => {
    expect(sampledAt(series, 999)).toBeNull();
    expect(sampledAt(series, 1401)).toBeNull();
    expect(sampledAt(null, 1000)).toBeNull();
  });
});
