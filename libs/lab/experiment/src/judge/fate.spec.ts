import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { ConnectionRow } from '@rehearsal/traffic';
import { CLOCKS_WITHIN_MS, fateOf, IN_FLIGHT_MS } from './fate.js';
import type { CopyPolicy, MemberLoss } from './history.js';

const FAULT_MS = 100_000;
const DELAY_MS = 3000;
const DELTA_MS = 100;
const AT_HOME = 1;
const ORPHANED = 2;
const ELSEWHERE = 9;

const LOSS: MemberLoss = {
  member: '1_03',
  incarnation: 1,
  reason: 'socket',
  detectedAtMs: FAULT_MS,
  committedAtMs: FAULT_MS + 10,
  silentMs: null,
  slots: new Set([AT_HOME, ORPHANED]),
  orphaned: new Set([ORPHANED]),
  moved: new Set([AT_HOME, ORPHANED]),
};

interface Given {
  readonly copied: CopyPolicy | null;
  readonly ageMs?: number;
  readonly home?: number;
  readonly entries?: readonly number[];
  readonly again?: boolean;
  readonly changedHands?: boolean;
  readonly wokeAfterMs?: number;
  readonly ackFirst?: boolean;
}

function fate(given: Given) {
  const row = { openedMs: FAULT_MS - (given.ageMs ?? 0) } as ConnectionRow;
  const place = { home: given.home ?? AT_HOME, entries: given.entries ?? [], copied: given.copied };
  const met = {
    loss: LOSS,
    faultAtMs: FAULT_MS,
    copiesUntilMs: FAULT_MS + (given.wokeAfterMs ?? 0),
    again: given.again === true,
  };
  const settings = resolveSettings('vendor', { 'correction.ackFirst': given.ackFirst ?? true });
  const { fate: name, cause } = fateOf(row, place, met, { changedHands: () => given.changedHands === true }, settings);
  return [name, cause];
}

const YOUNG_MS = DELAY_MS - CLOCKS_WITHIN_MS - 1;
const SURE_MS = DELAY_MS + DELTA_MS + IN_FLIGHT_MS;
const OLD_MS = 60_000;

describe('what the loss of its home does to a connection', () => {
  it.each([
    ['never copied, however old: lost', { copied: 'never', ageMs: OLD_MS }, ['lost', 'never_synced']],
    ['copied strictly, however young: kept', { copied: 'strict', ageMs: 0 }, ['kept', undefined]],
    ['no copy in step left: lost', { copied: 'strict', ageMs: OLD_MS, home: ORPHANED }, ['lost', 'no_backup']],
    ['delayed and younger: lost', { copied: 'delayed', ageMs: YOUNG_MS }, ['lost', 'not_yet_synced']],
    ['delayed and maybe old enough: open', { copied: 'delayed', ageMs: YOUNG_MS + 1 }, ['open', 'sync_in_flight']],
    ['delayed and just old enough: open', { copied: 'delayed', ageMs: DELAY_MS }, ['open', 'sync_in_flight']],
    ['delayed, at the end of the window: open', { copied: 'delayed', ageMs: SURE_MS }, ['open', 'sync_in_flight']],
    ['delayed and older: kept', { copied: 'delayed', ageMs: SURE_MS + 1 }, ['kept', undefined]],
    ['two legs, just begun: open', { copied: 'immediate', ageMs: 0 }, ['open', 'sync_in_flight']],
    ['two legs, younger than the delay: kept', { copied: 'immediate', ageMs: DELAY_MS - 1 }, ['kept', undefined]],
    [
      'begun anew after an earlier loss: open',
      { copied: 'delayed', ageMs: OLD_MS, again: true },
      ['open', 'not_yet_synced'],
    ],
    ['strict, at an earlier loss too: kept', { copied: 'strict', ageMs: OLD_MS, again: true }, ['kept', undefined]],
    ['never copied, but handed over whole: open', { copied: 'never', changedHands: true }, ['open', 'never_synced']],
    ['young, but handed over whole: open', { copied: 'delayed', changedHands: true }, ['open', 'not_yet_synced']],
    [
      'young, but due before its member, which woke, was lost: open',
      { copied: 'delayed', ageMs: YOUNG_MS - 500, wokeAfterMs: 501 },
      ['open', 'not_yet_synced'],
    ],
    [
      'due only after that: lost',
      { copied: 'delayed', ageMs: YOUNG_MS - 500, wokeAfterMs: 500 },
      ['lost', 'not_yet_synced'],
    ],
    ['under a policy nobody knows: open', { copied: null, ageMs: OLD_MS }, ['open', 'policy_unknown']],
  ] as const)('%s', (_name, given, expected) => {
    expect(fate(given)).toEqual(expected);
  });
});

describe('what the loss of a forwarding entry does to a connection at home elsewhere', () => {
  const entries = [AT_HOME];
  it.each([
    ['copied: kept', { copied: 'immediate', ageMs: 0, entries }, ['kept', undefined]],
    [
      'of one that is never copied: kept all the same',
      { copied: 'never', ageMs: OLD_MS, entries },
      ['kept', undefined],
    ],
    ['no copy in step left: open', { copied: 'strict', ageMs: OLD_MS, entries: [ORPHANED] }, ['open', 'no_backup']],
    [
      'young, where nobody waits for entries: open',
      { copied: 'strict', ageMs: 0, entries, ackFirst: false },
      ['open', 'sync_in_flight'],
    ],
    [
      'old, where nobody waits: kept',
      { copied: 'strict', ageMs: OLD_MS, entries, ackFirst: false },
      ['kept', undefined],
    ],
    ['held by others: kept', { copied: 'never', ageMs: 0, entries: [7] }, ['kept', undefined]],
  ] as const)('%s', (_name, given, expected) => {
    expect(fate({ home: ELSEWHERE, ...given })).toEqual(expected);
  });

  it('counts together with that of its home: what is worse holds', () => {
    expect(fate({ copied: 'never', home: AT_HOME, entries: [ORPHANED] })).toEqual(['lost', 'never_synced']);
    expect(fate({ copied: 'strict', home: AT_HOME, entries: [ORPHANED] })).toEqual(['open', 'no_backup']);
  });
});
