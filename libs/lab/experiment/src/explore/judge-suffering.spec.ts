import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { FabricPlan, RunRecord } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import { judgeSuffering, type LogFacts } from './judge-suffering.js';
import type { FaultStep, Schedule } from './schedule.js';
import type { Suffering } from './suffer.js';

const SCHEDULE = { mode: 'safety', weather: {}, settings: {}, steps: [], gone: {} } as unknown as Schedule;
const LEDGER = {
  unexplained: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  contradicted: 0,
  balanced: true,
  connections: { open: 0 },
} as unknown as LedgerSummary;
const LOG: LogFacts = {
  orphaned: [],
  losses: [],
  events: {},
  refusals: {},
  placeOf: () => ({ home: 5, entries: [7] }),
};
const PANIC: FaultStep = { atMs: 500, fault: 'panic', target: 'member 1_02', args: {} };

interface Seen {
  readonly done?: readonly FaultStep[];
  readonly rows?: readonly Partial<ConnectionRow>[];
  readonly ledger?: Partial<LedgerSummary>;
  readonly log?: Partial<LogFacts>;
  readonly schedule?: Partial<Schedule>;
  readonly profile?: 'vendor' | 'lossless';
}

/** Kinds of what is found, with everything well but for what is given. */
function found(seen: Seen): string[] {
  const profile = seen.profile ?? 'lossless';
  const plan = { profile, settings: resolveSettings(profile) } as unknown as FabricPlan;
  const rows = (seen.rows ?? []).map((row, id) => ({
    id,
    tuple: 't',
    openedMs: 0,
    follows: null,
    dropped: {},
    lost: {},
    ...row,
  }));
  const suffering = {
    tried: (seen.done ?? []).map((step) => ({ step, atMs: step.atMs, refused: undefined })),
    statuses: [],
    findings: [],
    end: { record: {} as RunRecord, ledger: { ...LEDGER, ...seen.ledger }, rows },
  } as unknown as Suffering;
  const schedule = { ...SCHEDULE, ...seen.schedule } as Schedule;
  return judgeSuffering(suffering, schedule, plan, { ...LOG, ...seen.log }).map((f) => f.kind);
}

const dropped = (reason: string): Partial<ConnectionRow> => ({ dropped: { [reason]: 3 } });
const lost = (reason: string): Partial<ConnectionRow> => ({ lost: { [reason]: 3 } });
const not = (reason: string): string => `not explained by the schedule: ${reason}`;

describe('a run is judged', () => {
  it('to be well when nothing went wrong', () => expect(found({})).toEqual([]));

  it.each(['unexplained', 'duplicated', 'reordered', 'corrupted', 'contradicted'])('by %s packets', (field) => {
    expect(found({ ledger: { [field]: 2 } })).toEqual([field]);
  });

  it('by books that do not balance and connections that stay open', () => {
    const connections = { open: 1 } as LedgerSummary['connections'];
    expect(found({ ledger: { balanced: false, connections } })).toEqual(['unbalanced', 'open']);
  });

  it('by packets whose state was lost where no slot was', () => {
    const rows = [dropped('out_of_state')];
    expect(found({ done: [PANIC], rows })).toEqual([not('out_of_state')]);
    expect(found({ done: [PANIC], rows, log: { orphaned: [{ slot: 5, atMs: 900 }] } })).toEqual([]);
    expect(found({ done: [PANIC], rows, log: { orphaned: [{ slot: 6, atMs: 900 }] } })).toEqual([not('out_of_state')]);
    const opened = (openedMs: number) => [{ ...dropped('out_of_state'), openedMs }];
    const log = { orphaned: [{ slot: 5, atMs: 900.25 }] };
    expect(found({ rows: opened(901), log })).toEqual([]);
    expect(found({ rows: opened(902), log })).toEqual([not('out_of_state')]);
  });

  it('by what met no state, and by who gave up for it, where only the other leg was lost, which comes back', () => {
    const log = { orphaned: [{ slot: 7, atMs: 900 }] };
    const home = { orphaned: [{ slot: 5, atMs: 900 }] };
    for (const reason of ['out_of_state', 'policy_drop']) {
      expect(found({ rows: [dropped(reason)] })).toEqual([not(reason)]);
      expect(found({ rows: [dropped(reason)], log })).toEqual([]);
      expect(found({ rows: [{ ...dropped(reason), outcome: 'gave_up' }], log })).toEqual([not('gave_up')]);
      expect(found({ rows: [{ ...dropped(reason), outcome: 'gave_up' }], log: home })).toEqual([]);
    }
  });

  it('by what was announced, from when its control connection began', () => {
    const log = { orphaned: [{ slot: 5, atMs: 900 }] };
    const data = { ...dropped('policy_drop'), openedMs: 950, follows: 0 };
    expect(found({ rows: [{ openedMs: 0 }, data], log })).toEqual([]);
    expect(found({ rows: [{ openedMs: 940 }, data], log })).toEqual([not('policy_drop')]);
  });

  it('by losses that the profile does not have', () => {
    const rows = [lost('dead_window')];
    const losses = [{ member: '1_02', reason: 'silence', by: 'orchestrator 1_1', atMs: 900 }];
    const log = { losses, events: { MemberLost: 1 } };
    expect(found({ done: [PANIC], rows, log })).toEqual([not('dead_window')]);
    expect(found({ done: [PANIC], rows, log, profile: 'vendor' })).toEqual([]);
  });

  it('by an orchestrator’s losses where none had failed', () => {
    const rows = [lost('orchestrator_lost')];
    expect(found({ rows, done: [PANIC] })).toEqual([not('orchestrator_lost')]);
    expect(found({ rows, done: [{ ...PANIC, target: 'orchestrator 1_1' }] })).toEqual([]);
    expect(found({ rows, schedule: { gone: { 'orchestrator 1_1': 'hang' } } })).toEqual([]);
  });

  it('by connections that gave up for no packet of theirs, and by reasons nobody knows', () => {
    expect(found({ rows: [{ outcome: 'gave_up' }] })).toEqual([not('gave_up')]);
    expect(found({ rows: [dropped('whatever')] })).toEqual([not('whatever')]);
  });

  it('by a member that was declared lost and had suffered nothing', () => {
    const log = { losses: [{ member: '1_03', reason: 'silence', by: 'orchestrator 1_1', atMs: 2_000 }] };
    expect(found({ log, done: [PANIC] })).toEqual(['lost for nothing']);
    expect(found({ log, done: [{ ...PANIC, fault: 'hang', target: 'bus' }] })).toEqual(['lost for nothing']);
    expect(found({ log, done: [{ ...PANIC, target: 'member 1_03', atMs: 9_000 }] })).toEqual(['lost for nothing']);
    expect(found({ log, done: [{ ...PANIC, target: 'member 1_03', atMs: 2_001 }] })).toEqual(['lost for nothing']);
    expect(found({ log, done: [{ ...PANIC, target: 'member 1_03' }] })).toEqual([]);
    expect(found({ log, schedule: { gone: { 'member 1_03': 'cut' } } })).toEqual([]);
    expect(found({ log, schedule: { weather: { stallPerMillionTurns: 9, stallMaxMs: 400 } } })).toEqual([]);
    expect(found({ log, schedule: { weather: { stallMaxMs: 400 } } })).toEqual(['lost for nothing']);
    const hears = { ...PANIC, fault: 'link', target: 'bus', to: 'orchestrator 1_1', args: { rateKbps: 64 } } as const;
    expect(found({ log, done: [hears] })).toEqual([]);
    expect(found({ log, done: [{ ...hears, to: 'orchestrator 1_2' }] })).toEqual(['lost for nothing']);
    expect(found({ log, done: [{ ...hears, args: { delayMs: 64 } }] })).toEqual(['lost for nothing']);
    expect(found({ log, done: [{ ...hears, args: { lossPerMillion: 10_000 } }] })).toEqual([]);
    expect(found({ log, done: [{ ...hears, args: { lossPerMillion: 9_999 } }] })).toEqual(['lost for nothing']);
  });
});
