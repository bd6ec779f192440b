import { describe, expect, it } from '@jest/globals';
import type { ReadOutcome } from '@rehearsal/kernel';
import { Lease } from './lease.js';

describe('a lease', () => {
  it('runs from the question that was answered, for as long as leases last now', () => {
    let nowMs = 1000;
    let leaseMs = 400;
    const asked: ((outcome: ReadOutcome) => void)[] = [];
    const rt = {
      nowMs: () => nowMs,
      after: () => () => {},
      log: { readNext: (_stream: string, _after: number, done: (outcome: ReadOutcome) => void) => asked.push(done) },
    };
    const heard: string[] = [];
    const lease = new Lease(rt as never, {
      leaseMs: () => leaseMs,
      stream: 'security-group.SG1',
      lastSeq: () => 7,
      onBehind: () => heard.push('behind'),
      onRenewed: () => heard.push('renewed'),
    });
    const heldAt = (ms: number): boolean => lease.held(ms);
    lease.start();
    expect(heldAt(1000)).toBe(false);
    nowMs = 1100;
    asked[0]!({ kind: 'none' });
    expect(heard).toEqual(['renewed']);
    expect([heldAt(1399), heldAt(1400)]).toEqual([true, false]);
    leaseMs = 100;
    expect([heldAt(1099), heldAt(1100)]).toEqual([true, false]);
    leaseMs = 900;
    expect([heldAt(1899), heldAt(1900)]).toEqual([true, false]);
  });
});
