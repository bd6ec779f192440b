import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import { Liveness } from './liveness.js';
import { Way } from './way.js';

/** Heard last at 1000; dead after 300 ms of silence. */
function watched(profile: 'vendor' | 'lossless' = 'vendor') {
  const way = new Way(0, '1_1');
  way.state = 'alive';
  way.lastHeardMs = 1000;
  const liveness = new Liveness(resolveSettings(profile));
  /** Rounds every 25 ms, the last one at `untilMs`; when the way was first found silent. */
  const rounds = (fromMs: number, untilMs: number): number | undefined => {
    for (let ms = fromMs; ms <= untilMs; ms += 25) if (liveness.round([way], ms).length > 0) return ms;
    return undefined;
  };
  return { way, liveness, rounds };
}

describe('an orchestrator is dead', () => {
  it('after three heartbeats of silence', () => {
    expect(watched().rounds(1000, 2000)).toBe(1325);
  });

  it('not because this process stood still, if it is heard before the next round', () => {
    const { way, rounds, liveness } = watched();
    rounds(1000, 1100);
    expect(liveness.round([way], 1500)).toEqual([]);
    expect(liveness.round([way], 1525)).toEqual([way]);
  });

  it('not while the bus is down, and not until others had time to come back', () => {
    const { liveness, rounds } = watched();
    liveness.onBus('down', 1010);
    expect(rounds(1025, 2000)).toBeUndefined();
    liveness.onBus('up', 2000);
    expect(rounds(2025, 5000)).toBe(4000);
  });

  it('when nobody listens at its subject, where the profile takes that for proof', () => {
    for (const [profile, proof] of [
      ['vendor', false],
      ['lossless', true],
    ] as const) {
      const { way, liveness } = watched(profile);
      expect(liveness.believesSocketLoss(way, 1001)).toBe(proof);
      liveness.onBus('down', 1010);
      liveness.onBus('up', 1020);
      expect(liveness.believesSocketLoss(way, 1030)).toBe(false);
      expect(liveness.believesSocketLoss(way, 3020)).toBe(proof);
    }
  });
});
