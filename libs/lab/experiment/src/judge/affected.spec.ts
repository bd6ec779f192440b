import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { FaultRecord, Note } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import { affectedConnections, copiesUntilMs, failuresOf, faultTimeOf } from './affected.js';
import { knownIssuesOf } from './known-issues.js';
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

describe('a recorded connection that is refused for want of state', () => {
  const refused = (droppedTooEarly: number, lost: Record<string, number>) => {
    const row = {
      id: 1,
      tuple: '1/tcp',
      kind: 'capture',
      outcome: 'done',
      follows: null,
      openedMs: HEIR_DIED_MS - 1,
      closedMs: null,
      lost,
      dropped: { out_of_state: 3 },
      droppedTooEarly,
    } as unknown as ConnectionRow;
    const history = {
      losses: [lossOf('1_03', [])],
      placeOf: () => ({ home: SLOT, entries: [], copied: 'strict' }),
    } as unknown as FabricHistory;
    const faults = [panic('1_03', HEIR_DIED_MS)];
    return affectedConnections(history, faults, () => [row], new Map(), resolveSettings('lossless', {})).map(
      ({ stateGone, cause }) => [stateGone, cause],
    );
  };

  it('has lost a state that must have been copied, where one of the packets came after what began it', () => {
    expect(refused(0, {})).toEqual([[true, 'unexplained']]);
    expect(refused(2, { orchestrator_lost: 2 })).toEqual([[true, 'unexplained']]);
  });

  it('never had one, where all of them came before what was to begin it', () => {
    expect(refused(3, { orchestrator_lost: 2 })).toEqual([[false, 'orchestrator_lost']]);
    expect(refused(3, {})).toEqual([[false, 'began_late']]);
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

describe('what is known to be wrong with software', () => {
  const said = (issue: string, effect: string, atMs: number, id: string): Note => {
    const fields = { issue, effect, what: `${issue} happens` };
    return { atMs, role: 'member', id, incarnation: 1, level: 'error', code: 'known_issue', fields };
  };
  const notes = [
    said('B', 'drop', 4_000, '1_02'),
    said('A', 'panic', 6_000, '1_03'),
    said('A', 'panic', 5_000, '1_01'),
  ];

  it('fails members like a fault, where it makes them panic', () => {
    expect(failuresOf({ faults: [], notes }).map(({ atMs, fault, target }) => [atMs, fault, target])).toEqual([
      [5_000, 'panic', 'member 1_01'],
      [6_000, 'panic', 'member 1_03'],
    ]);
  });

  it('is told with who suffered from it, issue by issue', () => {
    expect(knownIssuesOf([...notes, said('A', 'panic', 9_000, '1_01')])).toEqual([
      { issue: 'A', what: 'A happens', members: ['1_01', '1_03'] },
      { issue: 'B', what: 'B happens', members: ['1_02'] },
    ]);
    expect(knownIssuesOf([{ ...notes[0]!, code: 'fwk_crashed' }])).toEqual([]);
  });
});

describe('until when a member may have copied connections', () => {
  const loss = lossOf('1_03', []);
  const done = (fault: string, atMs: number): FaultRecord => ({ atMs, fault, target: 'member 1_03', detail: {} });
  const HUNG_MS = DECIDED_MS - 400;

  it.each([
    ['until it died', [done('panic', HUNG_MS)], HUNG_MS],
    ['until it hung, where nobody woke it', [done('hang', HUNG_MS)], HUNG_MS],
    [
      'until it was lost, where it hung and was woken',
      [done('hang', HUNG_MS), done('resume', HUNG_MS + 300)],
      DECIDED_MS,
    ],
    ['until it died, where it had woken', [done('resume', HUNG_MS - 300), done('panic', HUNG_MS)], HUNG_MS],
    ['until it was lost, where nobody did anything to it', [], DECIDED_MS],
  ])('is %s', (_until, faults, expected) => {
    expect(copiesUntilMs(loss, [loss], faults)).toBe(expected);
  });
});
