import { describe, expect, it } from '@jest/globals';
import type { CommitLine } from '@rehearsal/runbook';
import { deferredIn, deferredIntervals } from './deferred.js';
import type { TimedRun } from './time-once.js';

const commit = (ms: number, type: string, stream = 'security-group.SG1'): CommitLine => ({
  stream,
  time: { ms },
  events: [{ type, ...(type === 'DeferralBegan' && { rules: ['mail'] }) }],
});

describe('when connections are deferred', () => {
  it('is what the log says between two times', () => {
    const log = [
      commit(100, 'DeferralBegan'),
      commit(400, 'DeferralEnded'),
      commit(900, 'DeferralBegan'),
      commit(1_500, 'DeferralEnded'),
      commit(1_600, 'DeferralBegan', 'other.SG1'),
      commit(1_800, 'DeferralBegan'),
      commit(2_500, 'DeferralEnded'),
    ];
    expect(deferredIn(log, 1_000, 2_000)).toEqual([
      { fromMs: 0, toMs: 500, rules: ['mail'] },
      { fromMs: 800, toMs: 1_000, rules: ['mail'] },
    ]);
    expect(deferredIn(log, 3_000, 4_000)).toEqual([]);
    expect(deferredIn(log, 1_001, 1_700)).toEqual([]);
  });

  it('is of several runs as early as it begins and as late as it ends', () => {
    const run = (...deferred: TimedRun['deferred']): TimedRun => ({
      seed: 1,
      steps: [],
      totalMs: 0,
      backMs: null,
      capacity: [],
      deferred,
    });
    const interval = (fromMs: number, toMs: number) => ({ fromMs, toMs, rules: ['mail'] });
    const runs = [run(interval(10, 20), interval(50, 60)), run(interval(12, 25))];
    expect(deferredIntervals(runs)).toEqual([interval(10, 25), interval(50, 60)]);
    expect(deferredIntervals([])).toEqual([]);
  });
});
