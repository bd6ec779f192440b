import { describe, expect, it } from '@jest/globals';
import { resolveSettings, type Profile } from '@rehearsal/kernel';
import type { FabricPlan, FaultRecord, RunRecord } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import type { Journal } from '../conduct/journal.js';
import type { Budget } from '../file/schema.js';
import type { FabricHistory, MemberLoss, Placement } from './history.js';
import { judge, quantile, type Evidence, type Judgement } from './judge.js';

const START_MS = 1_000_000;
const KILL_MS = START_MS + 10_000;

/** A connection of slot `id` that ran from 5 s before the fault to 5 s after it. */
function row(id: number, changes: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    id,
    tuple: `${id}/tcp`,
    from: 'inside',
    follows: null,
    seenAs: null,
    kind: 'generated',
    service: 'https',
    via: '1_1',
    openedMs: KILL_MS - 5000,
    closedMs: KILL_MS + 5000,
    outcome: 'done',
    sent: 10,
    delivered: 10,
    dropped: {},
    droppedTooEarly: 0,
    lost: {},
    unexplained: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    resent: 0,
    lastDeliveredMs: KILL_MS + 5000,
    longestSilenceMs: 20,
    openAtMark: true,
    silenceMs: 20,
    firstAfterMarkMs: 15,
    worstLatencyAfterMarkUs: 1000,
    ...changes,
  };
}

const gone = (changes: Partial<ConnectionRow>): Partial<ConnectionRow> => ({
  outcome: 'gave_up',
  sent: 12,
  delivered: 8,
  dropped: { out_of_state: 4 },
  resent: 4,
  ...changes,
});

const loss = (changes: Partial<MemberLoss> = {}): MemberLoss => ({
  member: '1_03',
  incarnation: 1,
  reason: 'socket',
  detectedAtMs: KILL_MS + 8,
  committedAtMs: KILL_MS + 10,
  silentMs: null,
  slots: new Set([1, 2, 3]),
  orphaned: new Set([3]),
  moved: new Set([1, 2, 3]),
  ...changes,
});

const NO_LATENCY = { count: 0, p50Us: 0, p90Us: 0, p99Us: 0, p999Us: 0, maxUs: 0 };
const PANIC: FaultRecord = { atMs: KILL_MS, fault: 'panic', target: 'member 1_03', detail: {} };

interface Given {
  readonly rows: readonly ConnectionRow[];
  readonly control?: readonly ConnectionRow[] | null;
  readonly losses?: readonly MemberLoss[];
  readonly faults?: readonly FaultRecord[];
  readonly profile?: Profile;
  readonly overrides?: Record<string, unknown>;
  readonly ledger?: Partial<LedgerSummary>;
  readonly journal?: Partial<Journal>;
  readonly budget?: Budget;
  readonly livedIn?: boolean;
  readonly notes?: RunRecord['notes'];
  readonly world?: RunRecord['world'];
  readonly fellSilent?: FabricHistory['fellSilent'];
  readonly underLoadFromMs?: FabricHistory['underLoadFromMs'];
  /** What differs, of all connections, from a home of its own number, copied as the profile says. */
  readonly place?: Partial<Placement>;
}

function judged(given: Given): Judgement {
  const profile = given.profile ?? 'lossless';
  const settings = resolveSettings(profile, given.overrides);
  const record = {
    runId: 'r',
    world: given.world ?? 'simulated',
    startedAtMs: START_MS,
    endedAtMs: START_MS + 60_000,
    plan: { profile, securityGroup: { members: [] as FabricPlan['securityGroup']['members'] } } as FabricPlan,
    settings,
    log: ['a commit'],
    seal: { streams: [] },
    faults: given.faults ?? [PANIC],
    notes: given.notes ?? [],
    metrics: [],
    ledger: null,
  } as unknown as RunRecord;
  const ledger: LedgerSummary = {
    atMs: 0,
    sent: 100,
    delivered: 100,
    dropped: {},
    lost: {},
    outstanding: 0,
    unexplained: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    resent: 0,
    strays: 0,
    contradicted: 0,
    revised: 0,
    balanced: true,
    packets: { sent: 100, delivered: 100, dropped: 0, lost: 0, unexplained: 0, duplicated: 0 },
    connections: { unstarted: 0, open: 0, done: 0, reset: 0, gave_up: 0, total: 0, lost: 0 },
    latency: NO_LATENCY,
    correction: { packets: 0, perMille: 0, latency: NO_LATENCY, others: NO_LATENCY, extraP50Us: 0, extraP99Us: 0 },
    violations: {},
    marks: [],
    ...given.ledger,
  };
  const journal = {
    steady_states: { before: null, after: null, during: [] },
    run: [],
    rollbacks: [],
    ...given.journal,
  } as unknown as Journal;
  const history: FabricHistory = {
    losses: given.losses ?? [loss()],
    placeOf: ({ id }) => ({ home: id, entries: [], copied: settings['sync.policy'], ...given.place }),
    fellSilent: given.fellSilent ?? [],
    underLoadFromMs: given.underLoadFromMs ?? [],
  };
  const evidence: Evidence = {
    record,
    folder: '/runs/r',
    journal,
    history,
    ledger,
    rows: given.rows,
    rowsFor: () => given.rows,
    control: given.control === undefined ? given.rows.map((r) => row(r.id)) : given.control,
    budget: given.budget ?? {},
    ...(given.livedIn === true && { livedIn: true }),
  };
  return judge(evidence);
}

describe('a run', () => {
  it('passes when every connection of the lost member went on', () => {
    const { result } = judged({ rows: [row(1), row(2, { silenceMs: 40, firstAfterMarkMs: 12 }), row(7)] });
    expect(result).toMatchObject({
      verdict: 'pass',
      reasons: [],
      connections: { opened: 3, affected: 2, kept: 2, lost: 0, lostByCause: {} },
      failover: {
        detectedMs: 8,
        committedMs: 10,
        firstPacketMs: 12,
        silenceMs: { p50: 20, p99: 40, max: 40 },
        connectionsMoved: 2,
      },
      faults: { applied: 1 },
      ledger: { unexplained: 0 },
      log: { commits: 1 },
    });
    expect(result.log.chain).toMatch(/^[0-9a-f]{64}$/);
  });

  it('counts as affected only what was open when the member failed', () => {
    const rows = [
      row(1, { openedMs: KILL_MS + 1 }),
      row(2, { closedMs: KILL_MS - 1 }),
      row(3, { openedMs: null, closedMs: null, outcome: 'unstarted' }),
    ];
    expect(judged({ rows, control: rows }).result.connections).toMatchObject({ opened: 2, affected: 0 });
  });

  it('does not take a packet that was on its way out for the first one after the failover', () => {
    const { result } = judged({ rows: [row(1, { firstAfterMarkMs: 2 }), row(2, { firstAfterMarkMs: 30 })] });
    expect(result.failover.firstPacketMs).toBe(30);
  });

  it('counts from when a member fell silent where nobody here did anything to it', () => {
    const alone = loss({ detectedAtMs: KILL_MS + 300, committedAtMs: KILL_MS + 302, silentMs: 290 });
    const { result } = judged({ rows: [row(1)], losses: [alone], faults: [] });
    expect(result.failover).toMatchObject({ detectedMs: 290, committedMs: 292, connectionsMoved: 1 });
    const ended = { ...PANIC, fault: 'ended' };
    const known = judged({ rows: [row(1)], losses: [alone], faults: [ended] }).result;
    expect([known.failover.detectedMs, known.faults.applied]).toEqual([300, 0]);
  });

  it('tells a connection that was gone before a second failure by what took it at the first', () => {
    const again = loss({
      detectedAtMs: KILL_MS + 9000,
      committedAtMs: KILL_MS + 9002,
      silentMs: 300,
      orphaned: new Set(),
    });
    const { result } = judged({
      rows: [row(3, gone({ openedMs: KILL_MS - 9000, closedMs: KILL_MS + 20_000 }))],
      control: [row(3)],
      losses: [loss(), again],
      profile: 'vendor',
    });
    expect(result.connections.lostByCause).toEqual({ no_backup: 1 });
  });

  it('blames a fault for the first loss that follows, and not for a later one of the same member', () => {
    const again = loss({ detectedAtMs: KILL_MS + 9000, committedAtMs: KILL_MS + 9002, silentMs: 300 });
    const { result } = judged({ rows: [row(1)], losses: [loss(), again] });
    expect(result.failover).toMatchObject({ detectedMs: 300, committedMs: 302 });
  });

  it.each([
    ['not_yet_synced', 'vendor', {}, gone({ openedMs: KILL_MS - 2000 }), 1],
    ['sync_in_flight', 'vendor', {}, gone({ openedMs: KILL_MS - 3050 }), 1],
    ['never_synced', 'vendor', { 'sync.policy': 'never' }, gone({}), 1],
    ['never_synced', 'vendor', { 'sync.policy': 'never' }, gone({ dropped: { policy_drop: 4 } }), 1],
    ['no_backup', 'lossless', {}, gone({}), 3],
    ['dead_window', 'vendor', {}, gone({ dropped: {}, lost: { dead_window: 3, lost_on_link: 1 } }), 2],
    ['hold_overflow', 'vendor', {}, gone({ dropped: { hold_overflow: 4 } }), 2],
  ] as const)('names what took a connection: %s (%s)', (cause, profile, overrides, changes, id) => {
    const { result } = judged({ rows: [row(id, changes)], profile, overrides, ledger: { lost: { dead_window: 1 } } });
    expect(result.connections).toMatchObject({ affected: 1, kept: 0, lost: 1, lostByCause: { [cause]: 1 } });
    expect(result.ledger.unexplained).toBe(0);
    expect(result.verdict).toBe(profile === 'vendor' ? 'pass' : 'fail');
  });

  it('keeps a connection that ends the same without faults, and one that took drops and recovered', () => {
    const refused = row(1, { outcome: 'reset', dropped: { policy_drop: 1 } });
    const hurt = row(2, { sent: 11, dropped: { out_of_state: 1 }, resent: 1 });
    const { result } = judged({ rows: [refused, hurt], control: [refused, row(2)] });
    expect(result.connections).toMatchObject({ affected: 2, kept: 2, lost: 0 });
  });

  it('takes a replayed connection for lost when its state was', () => {
    const capture = row(1, { kind: 'capture', sent: 10, delivered: 6, dropped: { out_of_state: 4 } });
    const twin = row(1, { kind: 'capture' });
    const { result } = judged({ rows: [capture], control: [twin] });
    expect(result.connections).toMatchObject({ lost: 1, lostByCause: { unexplained: 1 } });
  });

  it('fails on a loss that has no name, in connections as in packets', () => {
    const silent = row(1, { outcome: 'gave_up', delivered: 8, sent: 10 });
    const { result } = judged({ rows: [silent], profile: 'vendor' });
    expect(result).toMatchObject({ verdict: 'fail', ledger: { unexplained: 1 }, connections: { lost: 1 } });
    expect(result.connections.lostByCause).toEqual({ unexplained: 1 });
    const synced = row(1, gone({ openedMs: KILL_MS - 5000 }));
    expect(judged({ rows: [synced], profile: 'vendor' }).result.connections.lostByCause).toEqual({ unexplained: 1 });
    const strict = judged({ rows: [row(1, gone({}))], budget: { connectionsLost: 1 } }).result;
    expect([strict.verdict, strict.connections.lostByCause]).toEqual(['fail', { unexplained: 1 }]);
    expect(judged({ rows: [row(1)], ledger: { unexplained: 2 } }).result.reasons[0]).toMatch(/^2 unexplained/);
  });

  it('fails when a connection nobody touched differs from the run without faults', () => {
    const { result } = judged({ rows: [row(1), row(9, { delivered: 9 })] });
    expect(result.ledger.unexplained).toBe(1);
    expect(result.reasons[0]).toMatch(/^1 unexplained; the first is connection 9/);
  });

  it('allows what its budget allows, and nothing in lossless where it has none', () => {
    const given = { rows: [row(1)], ledger: { lost: { dead_window: 5 } } };
    expect(judged(given).result.reasons).toEqual(['5 packets lost (dead_window 5), at most 0 may be']);
    expect(judged({ ...given, budget: { packetsLost: 5 } }).result.verdict).toBe('pass');
    expect(judged({ ...given, profile: 'vendor' }).result.verdict).toBe('pass');
    expect(judged({ ...given, profile: 'vendor', budget: { packetsLost: 4 } }).result.verdict).toBe('fail');
  });

  it('allows losses only for the reasons its budget names, where it names any', () => {
    const given = { rows: [row(1)], ledger: { lost: { orchestrator_lost: 5, dead_window: 1 } } };
    const budget = { packetsLost: 9, onlyLost: ['orchestrator_lost'] };
    expect(judged({ ...given, budget }).result.reasons).toEqual([
      '1 packet lost for dead_window, and only orchestrator_lost may take any',
    ]);
    expect(judged({ ...given, budget: { packetsLost: 9, onlyLost: [] } }).result.reasons).toHaveLength(2);
    expect(judged({ ...given, budget: { packetsLost: 9 } }).result.verdict).toBe('pass');
  });

  it('allows drops only for the reasons its budget names, where it names any', () => {
    const given = { rows: [row(1)], ledger: { dropped: { deferred: 5, cpu_overload: 1 } } };
    expect(judged({ ...given, budget: { onlyDropped: ['deferred'] } }).result.reasons).toEqual([
      '1 packet dropped for cpu_overload, and only deferred may drop any',
    ]);
    expect(judged({ ...given, budget: { onlyDropped: [] } }).result.reasons).toHaveLength(2);
    expect(judged(given).result.verdict).toBe('pass');
  });

  it('allows the group to be under load as often as its budget says', () => {
    const given = { rows: [row(1)], underLoadFromMs: [KILL_MS] };
    expect(judged({ ...given, budget: { timesUnderLoad: 1 } }).result.verdict).toBe('pass');
    expect(judged({ ...given, budget: { timesUnderLoad: 0 } }).result.reasons).toEqual([
      'the group was under load 1 time, at most 0 may be',
    ]);
  });

  it('allows as many members to be declared lost as its budget says', () => {
    const given = { rows: [row(1)] };
    expect(judged({ ...given, budget: { membersLost: 1 } }).result.verdict).toBe('pass');
    expect(judged({ ...given, budget: { membersLost: 0 } }).result.reasons).toEqual([
      '1 member declared lost (1_03), at most 0 may be',
    ]);
  });

  it('asks for a loss where an experiment is to show one', () => {
    const rows = [row(1, gone({ openedMs: KILL_MS - 2000 }))];
    const shown = (connectionsLostAtLeast: number) =>
      judged({ rows, control: [row(1)], profile: 'vendor', budget: { connectionsLostAtLeast } }).result.reasons;
    expect(shown(1)).toEqual([]);
    expect(shown(2)).toEqual(['1 connection lost, at least 2 must be']);
  });

  it('counts connections lost elsewhere against the budget', () => {
    const { result } = judged({ rows: [row(1), row(9, gone({ lost: { orchestrator_lost: 2 }, dropped: {} }))] });
    expect(result.connections.lost).toBe(0);
    expect(result.reasons).toEqual(['1 connection lost (orchestrator_lost 1), at most 0 may be']);
  });

  it.each(['duplicated', 'reordered', 'corrupted', 'contradicted'] as const)('fails on packets %s', (field) => {
    expect(judged({ rows: [row(1)], ledger: { [field]: 1 } }).result.reasons).toEqual([`1 packets ${field}`]);
  });

  it('fails when what was lost is not what the policy predicts', () => {
    const spared = judged({ rows: [row(1, { openedMs: KILL_MS - 2000 })], profile: 'vendor' }).result;
    expect([spared.verdict, spared.reasons]).toEqual([
      'fail',
      ['1 connections went on that by policy had no copy of their state; the first is 1/tcp'],
    ]);
    const strict = judged({ rows: [row(1, gone({}))], budget: { connectionsLost: 1 } }).result;
    expect(strict.reasons).toContain(
      '1 connections lost their state that by policy had a copy of it; the first is 1/tcp',
    );
    const elsewhere = judged({ rows: [row(9, gone({}))], control: [row(9)], budget: { connectionsLost: 1 } }).result;
    expect(elsewhere.prediction).toMatchObject({ measuredLost: 1, unpredicted: { connections: 1 } });
    expect(elsewhere.verdict).toBe('fail');
  });

  it('fails when the ledger does not add up', () => {
    expect(judged({ rows: [row(1)], ledger: { balanced: false } }).result.verdict).toBe('fail');
  });

  it('fails when the fabric is not steady afterwards, and concludes nothing when it was not before', () => {
    const not = { steady_state_met: false, probes: [{ activity: { name: 'four active' } }] };
    const yes = { steady_state_met: true, probes: [] };
    const after = { steady_states: { before: yes, after: not, during: [] } } as unknown as Partial<Journal>;
    expect(judged({ rows: [row(1)], journal: after }).result).toMatchObject({
      verdict: 'fail',
      reasons: ['not steady afterwards: four active'],
    });
    const before = { steady_states: { before: not, after: null, during: [] } } as unknown as Partial<Journal>;
    expect(judged({ rows: [row(1)], journal: before }).result).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['not steady before: four active'],
    });
  });

  it('fails when a probe of the method does not find what it is to find', () => {
    const probed = (name: string, isMet: boolean) => ({ activity: { name, type: 'probe' }, tolerance_met: isMet });
    const journal = { run: [probed('two serve', true), probed('three serve', false)] } as unknown as Partial<Journal>;
    expect(judged({ rows: [row(1)], journal }).result).toMatchObject({
      verdict: 'fail',
      reasons: ['not as it was to be: three serve'],
    });
  });

  it('concludes nothing where real processes fell silent before the first fault, and finds simulated ones at fault', () => {
    const fellSilent = (atMs: number) => [
      { who: 'orchestrator 1_1', atMs },
      { who: 'member 1_01', atMs: atMs + 1 },
      { who: 'orchestrator 1_1', atMs: atMs + 2 },
    ];
    const unwell = { rows: [row(1)], ledger: { balanced: false } };
    const before = judged({ ...unwell, world: 'processes', fellSilent: fellSilent(KILL_MS - 500) }).result;
    expect(before.verdict).toBe('inconclusive');
    expect(before.reasons[0]).toMatch(/^orchestrator 1_1 and member 1_01 fell silent before anything was done/);
    expect(judged({ ...unwell, fellSilent: fellSilent(KILL_MS - 500) }).result.verdict).toBe('fail');
    const well = judged({ rows: [row(1)], world: 'processes', fellSilent: fellSilent(KILL_MS - 500) }).result;
    expect(well.verdict).toBe('pass');
    const after = judged({ ...unwell, world: 'processes', fellSilent: fellSilent(KILL_MS + 300) }).result;
    expect(after.verdict).toBe('fail');
  });

  it('that was lived in is judged by its account alone', () => {
    const lived = (more: Partial<Given> = {}): Judgement['result'] =>
      judged({ rows: [row(1)], control: null, livedIn: true, ...more }).result;
    expect(lived()).toMatchObject({
      verdict: 'pass',
      reasons: [expect.stringMatching(/has a name.* no hypothesis, and no run without faults/)],
    });
    // What an operator mistyped says nothing of the fabric.
    const failed = { activity: { type: 'action', name: 'fault' }, status: 'failed' } as Journal['run'][number];
    expect(lived({ journal: { run: [failed] } }).verdict).toBe('pass');
    expect(lived({ ledger: { unexplained: 2 } })).toMatchObject({ verdict: 'fail', reasons: ['2 unexplained'] });
    expect(lived({ ledger: { reordered: 1 } })).toMatchObject({ verdict: 'fail', reasons: ['1 packets reordered'] });
    expect(lived({ ledger: { sent: 0 } })).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['nothing was ever sent through it'],
    });
  });

  it('fails when a process stopped itself', () => {
    const note = { atMs: 0, role: 'sync', id: '1', incarnation: 1, level: 'error', code: 'handler_threw' } as const;
    const { result } = judged({ rows: [row(1)], notes: [{ ...note, fields: { fatal: true, message: 'x' } }] });
    expect(result).toMatchObject({
      verdict: 'fail',
      reasons: ['sync 1 stopped itself: {"fatal":true,"message":"x"}'],
    });
  });

  it('concludes nothing without a run to compare with, or when a fault could not be done', () => {
    expect(judged({ rows: [row(1)], control: null }).result.verdict).toBe('inconclusive');
    const run = [{ activity: { type: 'action', name: 'panic' }, status: 'failed', exception: 'no' }];
    const { result } = judged({ rows: [row(1)], journal: { run } as unknown as Partial<Journal> });
    expect([result.verdict, result.reasons]).toEqual(['inconclusive', ['not done: panic (no)']]);
  });
});

describe('a connection that follows from a lost one', () => {
  const control = row(1, gone({ openedMs: KILL_MS - 2000 }));
  const data = row(9, { follows: 1, openedMs: null, closedMs: null, outcome: 'unstarted', sent: 0, delivered: 0 });

  it('never began, and needs no other explanation', () => {
    const { result, notWell } = judged({ rows: [control, data], control: [row(1), row(9)], profile: 'vendor' });
    expect([result.verdict, result.ledger.unexplained]).toEqual(['pass', 0]);
    expect(notWell.map((n) => n.cause)).toEqual(['not_yet_synced', 'never_began']);
  });

  it('is unexplained where the first came to a good end', () => {
    const { result } = judged({ rows: [row(1), data], control: [row(1), row(9)], profile: 'vendor' });
    expect([result.verdict, result.ledger.unexplained]).toEqual(['fail', 1]);
  });
});

describe('a connection that was deferred', () => {
  const sinceMs = KILL_MS - 2000;
  const waits = { openedMs: sinceMs, sent: 3, dropped: { deferred: 3 }, deferral: { sinceMs, throughMs: null } };
  const gaveUp = row(1, { ...waits, closedMs: KILL_MS + 5000, outcome: 'gave_up', delivered: 0 });

  it('is neither lost nor affected where its client gives up, nor is what would have followed from it', () => {
    const data = row(2, { follows: 1, openedMs: null, closedMs: null, outcome: 'unstarted', sent: 0, delivered: 0 });
    const { result, notWell } = judged({ rows: [gaveUp, data] });
    expect(result).toMatchObject({
      verdict: 'pass',
      ledger: { unexplained: 0 },
      connections: { affected: 0, lost: 0, deferred: { connections: 1, neverBegan: 1, longestMs: 7000 } },
    });
    expect(notWell.map(({ row: { id }, cause }) => [id, cause])).toEqual([
      [1, 'deferred'],
      [2, 'deferred'],
    ]);
  });

  it('is affected by a member that is lost once it has begun, and not before', () => {
    const through = (throughMs: number) => [row(1, { ...waits, deferral: { sinceMs, throughMs } })];
    expect(judged({ rows: through(KILL_MS + 1) }).result.connections).toEqual({
      opened: 1,
      affected: 0,
      kept: 0,
      lost: 0,
      lostByCause: {},
      deferred: { connections: 1, neverBegan: 0, longestMs: 2001 },
    });
    expect(judged({ rows: through(KILL_MS - 500) }).result.connections).toMatchObject({ affected: 1, kept: 1 });
  });

  it('is not spoken of where there was none', () => {
    expect(judged({ rows: [row(1)] }).result.connections).not.toHaveProperty('deferred');
  });
});

describe('what must never be', () => {
  it('fails the run under its name', () => {
    const { result } = judged({ rows: [row(1)], control: [row(1)], ledger: { violations: { translation_shared: 2 } } });
    expect([result.verdict, result.reasons]).toEqual(['fail', ['2 times translation_shared']]);
  });
});

describe('a quantile', () => {
  it('is a value that was seen, by the nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, i) => i + 1);
    expect([500, 990, 1000].map((p) => quantile(values, p))).toEqual([100, 198, 200]);
    expect(quantile([7], 500)).toBe(7);
    expect(quantile([], 500)).toBeNull();
  });
});
