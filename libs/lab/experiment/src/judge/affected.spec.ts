import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { FaultRecord } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import { affectedConnections, failuresOf, faultTimeOf } from './affected.js';
import type { FabricHistory, MemberLoss } from './history.js';

const SLOT = 203;
const [HEIR_DIED_MS, OWNER_DIED_MS, DECIDED_MS] = [100_000, 100_010, 100_020];

const lossOf = (member: string, orphaned: readonly number[]): MemberLoss => ({
  member,
  incarnation: 1,
  reason: 'socket',
  detectedAtMs: DECIDED_MS,
  committedAtMs: DECIDED_MS,
  silentMs: 5,
  slots: new Set([SLOT]),
  orphaned: new Set(orphaned),
  moved: new Set([SLOT]),
});

const panic = (member: string, atMs: number): FaultRecord => ({
  atMs,
  fault: 'panic',
  target: `member ${member}`,
  detail: {},
});

/** The heir dies first; the loss of the member it inherits from is decided first. */
function affected(openedMs: number, closedMs: number | null = null) {
  const ended = { outcome: 'completed', dropped: {}, lost: {} } as const;
  const row = { id: 1, tuple: '1/tcp', follows: null, openedMs, closedMs, ...ended } as unknown as ConnectionRow;
  const history = {
    losses: [lossOf('1_04', []), lossOf('1_03', [SLOT])],
    placeOf: () => ({ home: SLOT, entries: [], copied: 'strict' }),
  } as unknown as FabricHistory;
  const faults = [panic('1_03', HEIR_DIED_MS), panic('1_04', OWNER_DIED_MS)];
  return affectedConnections(history, faults, () => [row], new Map(), resolveSettings('lossless', {})).map(
    ({ loss, faultAtMs, fate }) => [loss.member, faultAtMs, fate],
  );
}

describe('a connection whose heir was dead before it inherited', () => {
  const LOST = { fate: 'lost', cause: 'no_backup' };

  it.each([
    ['began before both failed', HEIR_DIED_MS - 1],
    ['began between the two', HEIR_DIED_MS + 5],
  ])('is lost with the heir, where it %s', (_when, openedMs) => {
    expect(affected(openedMs)).toEqual([['1_03', OWNER_DIED_MS, LOST]]);
  });

  it('is not affected where it began after both, or was over before the one that served it failed', () => {
    expect(affected(OWNER_DIED_MS + 1)).toEqual([]);
    expect(affected(HEIR_DIED_MS + 2, HEIR_DIED_MS + 5)).toEqual([]);
  });
});

describe('when a member failed', () => {
  it('is when its memory was exhausted, not when it began to leak', () => {
    const leak: FaultRecord = { atMs: 1_000, fault: 'memory-leak', target: 'member 1_03', detail: {} };
    const crash = (atMs: number, id: string) =>
      ({ atMs, role: 'member', id, incarnation: 1, level: 'error', code: 'fwk_crashed', fields: {} }) as const;
    const failures = failuresOf({ faults: [leak], notes: [crash(5_000, '1_02'), crash(6_000, '1_03')] });
    const loss = { ...lossOf('1_03', []), detectedAtMs: 6_200, committedAtMs: 6_200 };
    expect(faultTimeOf(loss, [loss], failures)).toBe(6_000);
    expect(faultTimeOf(loss, [loss], [leak])).toBe(1_000);
  });
});
