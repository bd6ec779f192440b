import { describe, expect, it } from '@jest/globals';
import { LabError, type Sample, type Samples } from '@rehearsal/lab-port';
import { readCommitName, readMoment } from './read-moment.js';
import { sampledAt } from './sampled-at.js';

describe('the moment of at', () => {
  const head = {
    startedAtMs: 1000,
    endedAtMs: 11_000,
    faults: [{ atMs: 4000, fault: 'panic', target: 'x', detail: {} }],
    site: 1,
    firstSeq: 3,
    lastSeq: () => 412,
  };

  it.each([
    ['2.5s', 3500],
    ['2500ms', 3500],
    ['2.5', 3500],
    ['0.1m', 7000],
    ['+2.5s', 3500],
    ['1970-01-01T00:00:02.5Z', 2500],
    ['fault', 4000],
    ['fault+0.3s', 4300],
    ['fault-1s', 3000],
    ['end', 11_000],
    ['end-1s', 10_000],
  ])('reads %s', (text, atMs) => {
    expect(readMoment(text, head)).toEqual({ atMs });
  });

  it('reads a commit of the log', () => {
    expect([readMoment('1:3', head), readMoment('1:412', head)]).toEqual([{ seq: 3 }, { seq: 412 }]);
    expect(readCommitName('1:412', head)).toEqual({ seq: 412 });
    expect(readCommitName('412', head)).toEqual({ seq: 412 });
    expect(readCommitName('security-group.SG1:17', head)).toEqual({ stream: 'security-group.SG1', version: 17 });
  });

  it.each([
    ['1:413', "A: expected a commit of the run, whose log goes from 1:3 to 1:412, saw '1:413'."],
    ['1:2', "A: expected a commit of the run, whose log goes from 1:3 to 1:412, saw '1:2'."],
    ['2:5', "A: this run has the log of site 1 alone, saw '2:5'."],
    ['12s', "A: expected a moment of the run, which lasted 10 s, saw '12s'."],
    ['1970-01-01T00:00:00Z', "A: expected a moment of the run, which lasted 10 s, saw '1970-01-01T00:00:00Z'."],
  ])('says what there is instead of %s', (text, message) => {
    expect(() => readMoment(text, head, 'A')).toThrow(message);
  });

  it('knows no fault of a run that is not over, nor of one that had none', () => {
    expect(() => readMoment('fault+1s', { ...head, faults: null })).toThrow('written down when it is taken down');
    expect(() => readMoment('fault+1s', { ...head, faults: [] })).toThrow('this run had no fault');
  });

  it('refuses names of commits that are none', () => {
    for (const name of ['', 'x', '1:2:3', '2:5', '413']) expect(() => readCommitName(name, head)).toThrow(LabError);
    const empty = { ...head, lastSeq: () => 2 };
    expect(() => readMoment('1:3', empty)).toThrow('the log of this run has no commit');
  });

  it.each(['', 'x', '12s', 'fault+', 'fault3', '-1s', 'end+1s', '+', '++1s', '+-1s', '2026-13-01T00:00', '1:'])(
    'refuses %j',
    (text) => {
      expect(() => readMoment(text, head)).toThrow(LabError);
    },
  );
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
