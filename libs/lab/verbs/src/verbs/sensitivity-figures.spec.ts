import { describe, expect, it } from '@jest/globals';
import type { RunResult } from '@rehearsal/experiment';
import type { RunOutcome } from '../registry/verb.js';
import { compareRuns } from './sensitivity-figures.js';

/** A run that lost so many packets, and was silent for so long. */
function outcome(
  seed: number,
  lost: number,
  silenceMs: number | null,
  verdict: RunResult['verdict'] = 'pass',
): RunOutcome {
  const result = {
    run: `run-${seed}-${lost}`,
    folder: `folder-${lost}`,
    verdict,
    reasons: verdict === 'pass' ? [] : ['too much is lost'],
    ledger: { packets: { lost: { dead_window: lost } } },
    connections: { lost: 0 },
    failover: {
      detectedMs: 5,
      committedMs: 6,
      firstPacketMs: null,
      silenceMs: { max: silenceMs },
      connectionsMoved: 1,
    },
    log: { commits: 40, chain: `chain-${lost}-${verdict}` },
  };
  return { index: 0, seed, result: result as unknown as RunResult };
}

const base = [outcome(1, 10, 100), outcome(2, 20, 200), outcome(3, 30, 300)];

describe('a setting', () => {
  it('that changes nothing has no effect, whatever its runs are called', () => {
    const same = base.map((o) => ({
      ...o,
      result: { ...o.result!, run: 'x', folder: 'y', log: { commits: 40, chain: 'z' } },
    }));
    expect(compareRuns(base, same)).toMatchObject({ effect: 'none', flipped: [], moved: [], why: '' });
  });

  it('moves a figure when the median changes by more than a tenth', () => {
    const little = compareRuns(base, [outcome(1, 10, 100), outcome(2, 22, 210), outcome(3, 30, 300)]);
    expect(little).toMatchObject({ effect: 'little', moved: [] });
    const moves = compareRuns(base, [outcome(1, 10, 400), outcome(2, 23, 400), outcome(3, 30, 400)]);
    expect(moves.effect).toBe('moves');
    expect(moves.moved).toEqual([
      { figure: 'longestSilenceMs', base: 200, here: 400, changePercent: 100, beyondSeeds: true },
      { figure: 'packetsLost', base: 20, here: 23, changePercent: 15, beyondSeeds: false },
    ]);
  });

  it('moves a figure that was nothing before, and one that is gone', () => {
    const none = [outcome(1, 0, null)];
    expect(compareRuns(none, [outcome(1, 1, 7)]).moved.map((m) => [m.figure, m.base, m.here, m.changePercent])).toEqual(
      [
        ['longestSilenceMs', null, 7, null],
        ['packetsLost', 0, 1, null],
      ],
    );
  });

  it('flips the verdict when one seed has another, by result or without one', () => {
    const failed = compareRuns(base, [outcome(1, 10, 100), outcome(2, 20, 200, 'fail'), outcome(3, 30, 300)]);
    expect(failed).toMatchObject({
      effect: 'flips',
      flipped: [2],
      why: 'too much is lost',
      summary: { verdicts: { pass: 2, fail: 1 } },
    });
    const broken = compareRuns(base, [base[0]!, base[1]!, { index: 0, seed: 3, error: 'an invariant broke' }]);
    expect(broken).toMatchObject({ effect: 'flips', flipped: [3], why: 'an invariant broke' });
  });
});
