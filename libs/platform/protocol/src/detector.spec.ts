import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { Silence } from './detector.js';
import { Detector } from './detector.js';

const PEER = 0x2103;

function detector(profile: 'vendor' | 'lossless', overrides: Record<string, unknown> = {}) {
  const found: Silence[] = [];
  const made = new Detector(resolveSettings(profile, overrides), (silence) => found.push(silence));
  return { made, found };
}

const SOMEBODY = 0x2999;

/** Rounds every 25 ms, as the orchestrator runs them, in which somebody who is not watched is heard. */
function rounds(made: Detector, fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms <= toMs; ms += 25) {
    made.heard(SOMEBODY, 1, ms);
    made.round(ms);
  }
}

describe('the detector', () => {
  it('proposes a loss after three heartbeats of silence, with the evidence, once', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    rounds(made, 1000, 1275);
    expect(found).toEqual([]);
    rounds(made, 1300, 2000);
    expect(found).toEqual([
      {
        code: PEER,
        incarnation: 7,
        reason: 'silence',
        evidence: { silentMs: 300, quietRounds: 12, heartbeatMs: 100, deadMultiplier: 3 },
      },
    ]);
  });

  it('proposes no loss before the whole time has passed, whenever its own rounds come', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.round(975);
    made.heard(PEER, 7, 989);
    rounds(made, 1000, 1275);
    expect(found).toEqual([]);
    rounds(made, 1300, 1300);
    expect(found.map((f) => f.evidence)).toEqual([
      { silentMs: 311, quietRounds: 13, heartbeatMs: 100, deadMultiplier: 3 },
    ]);
  });

  it('proposes again when the proposal could not be decided on', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    rounds(made, 1000, 1300);
    made.retry(PEER);
    rounds(made, 1325, 1325);
    expect(found).toHaveLength(2);
  });

  it('takes socket loss at once in the lossless profile, and not at all in the vendor profile', () => {
    for (const profile of ['lossless', 'vendor'] as const) {
      const { made, found } = detector(profile);
      made.watch(PEER, 7, 0);
      made.heard(PEER, 7, 1000);
      made.socketLost(PEER, 1001);
      expect(found.map((f) => f.reason)).toEqual(profile === 'lossless' ? ['socket'] : []);
    }
  });

  it('judges nobody it has not heard on its present connection, but who has not come back in twice the settle time', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 900);
    made.onBus('down', 1000);
    made.onBus('up', 1100);
    rounds(made, 1100, 5075);
    expect(found).toEqual([]);
    rounds(made, 5100, 5100);
    expect(found.map((f) => f.reason)).toEqual(['silence']);
  });

  it('judges who is gone before its first word, as somebody else heard it join', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    rounds(made, 25, 275);
    expect(found).toEqual([]);
    rounds(made, 300, 300);
    expect(found.map((f) => f.evidence['quietRounds'])).toEqual([12]);
  });

  it('judges nobody who joined before its time and was not heard since, but who has not come in twice the settle time', () => {
    const { made, found } = detector('lossless');
    made.watch(PEER, 7, 0, false);
    made.socketLost(PEER, 1);
    rounds(made, 25, 3975);
    made.socketLost(PEER, 3999);
    expect(found).toEqual([]);
    made.socketLost(PEER, 4000);
    expect(found.map((f) => f.reason)).toEqual(['socket']);
  });

  it('judges who joined before its time and was heard since', () => {
    const { made, found } = detector('lossless');
    made.watch(PEER, 7, 0, false);
    made.heard(PEER, 7, 100);
    made.socketLost(PEER, 101);
    expect(found.map((f) => f.reason)).toEqual(['socket']);
  });

  it('judges nobody while it hears nobody at all: the bus hangs, not everybody', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    for (let ms = 1025; ms <= 9000; ms += 25) made.round(ms);
    expect(found).toEqual([]);
    // What it sent meanwhile may still be behind what others sent.
    rounds(made, 9025, 9175);
    expect(found).toEqual([]);
    rounds(made, 9200, 9200);
    expect(found.map((f) => f.evidence['quietRounds'])).toEqual([12]);
  });

  it('judges nobody for a bus that hung just before the peer was to speak', () => {
    for (const hangsAfterMs of [25, 75, 125, 175, 225]) {
      const { made, found } = detector('vendor');
      made.watch(PEER, 7, 0);
      made.round(1000);
      made.heard(PEER, 7, 1000);
      rounds(made, 1025, 1000 + hangsAfterMs);
      for (let ms = 1025 + hangsAfterMs; ms <= 9000; ms += 25) made.round(ms);
      // Two heartbeats were missing while others were heard: the bus has nothing to do with it.
      expect(found).toHaveLength(hangsAfterMs >= 200 ? 1 : 0);
    }
  });

  it('judges nobody after a gap in all it hears that one frame ends, but who stays silent while others are heard', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    rounds(made, 1000, 1075);
    for (let ms = 1100; ms <= 1250; ms += 25) made.round(ms);
    rounds(made, 1275, 1275);
    for (let ms = 1300; ms <= 1350; ms += 25) made.round(ms);
    expect(found).toEqual([]);
    rounds(made, 1375, 1425);
    expect(found).toEqual([]);
    rounds(made, 1450, 1450);
    expect(found.map((f) => f.evidence['silentMs'])).toEqual([450]);
  });

  it('judges nobody within the settle time after a reconnect, and somebody with the settle time off', () => {
    for (const settleMs of [2000, 0]) {
      const { made, found } = detector('lossless', { 'detector.settleMs': settleMs });
      made.watch(PEER, 7, 0);
      made.onBus('down', 1000);
      made.onBus('up', 1100);
      made.heard(PEER, 7, 1110);
      made.socketLost(PEER, 1120);
      expect(found).toHaveLength(settleMs === 0 ? 1 : 0);
    }
  });

  it('believes everything at once after a reconnect when the guard is off', () => {
    const { made, found } = detector('lossless', { 'detector.settleMs': 0 });
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 900);
    made.onBus('down', 1000);
    made.onBus('up', 1100);
    made.socketLost(PEER, 1101);
    expect(found).toHaveLength(1);
  });

  it('skips the round after a stall of its own loop and gives peers a heartbeat to be read', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    rounds(made, 1000, 1025);
    made.round(1600);
    expect(found).toEqual([]);
    made.heard(PEER, 7, 1601);
    rounds(made, 1625, 1875);
    expect(found).toEqual([]);
  });

  it('takes nobody for dead for want of a turn when its own rounds come late', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.round(1000);
    made.heard(PEER, 7, 1000);
    for (let round = 1; round <= 11; round++) {
      made.heard(SOMEBODY, 1, 1000 + round * 100);
      made.round(1000 + round * 100);
    }
    expect(found).toEqual([]);
    made.heard(SOMEBODY, 1, 2200);
    made.round(2200);
    expect(found.map((f) => f.evidence['silentMs'])).toEqual([1200]);
  });

  it('under load takes nobody for dead by silence, or only after much more of it, but goes on trusting sockets', () => {
    for (const [profile, deadAfterMs] of [
      ['vendor', Number.POSITIVE_INFINITY],
      ['lossless', 3000],
    ] as const) {
      const { made, found } = detector(profile);
      made.watch(PEER, 7, 0);
      made.heard(PEER, 7, 1000);
      made.damp('load', 1000);
      rounds(made, 1000, Math.min(1000 + deadAfterMs - 25, 9000));
      expect(found).toEqual([]);
      if (profile === 'vendor') continue;
      rounds(made, 4000, 4000);
      expect(found[0]?.evidence).toMatchObject({ silentMs: 3000, deadMultiplier: 30 });
      made.heard(PEER, 7, 4001);
      made.socketLost(PEER, 4002);
      expect(found.at(-1)?.reason).toBe('socket');
    }
  });

  it('notices what the load hid as soon as it is over', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    made.damp('load', 1000);
    rounds(made, 1000, 6000);
    made.damp('none', 6000);
    rounds(made, 6025, 6025);
    expect(found.map((f) => f.evidence['silentMs'])).toEqual([5025]);
  });

  it('reports nothing at all while states are frozen, and all of it afterwards', () => {
    const told: ((made: Detector) => void)[] = [
      (made) => made.socketLost(PEER, 1001),
      (made) => made.replaced(PEER, 1001),
      (made) => made.unreachable(PEER, 1001),
      (made) => rounds(made, 1001, 4001),
    ];
    for (const tell of told) {
      const { made, found } = detector('lossless');
      made.watch(PEER, 7, 0);
      made.heard(PEER, 7, 1000);
      made.damp('frozen', 1000);
      tell(made);
      expect(found).toEqual([]);
      made.damp('none', 4010);
      tell(made);
      expect(found).toHaveLength(1);
    }
  });

  it('remembers over a freeze whom nothing got through to', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.damp('frozen', 1000);
    made.unreachable(PEER, 1001);
    made.damp('none', 2000);
    expect(found.map((f) => f.reason)).toEqual(['silence']);
  });

  it('does not take the words of another incarnation for signs of life', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.heard(PEER, 7, 1000);
    for (let ms = 1000; ms <= 1300; ms += 25) {
      made.heard(PEER, 6, ms);
      made.round(ms);
    }
    expect(found).toHaveLength(1);
  });

  it('knows at once that the active incarnation is gone when a newer one speaks', () => {
    const { made, found } = detector('vendor');
    made.watch(PEER, 7, 0);
    made.replaced(PEER, 50);
    expect(found.map((f) => [f.incarnation, f.reason])).toEqual([[7, 'replaced']]);
  });
});
