import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { FaultRecord } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import { CLOCKS_WITHIN_MS, type Fate } from './fate.js';
import type { FabricHistory, MemberLoss } from './history.js';
import type { AffectedConnection } from './lost-connections.js';
import { comparePrediction, strangeAmong } from './prediction.js';

const FAULT_MS = 100_000;
const COMMITTED_MS = FAULT_MS + 300;
const LOSS: MemberLoss = {
  member: '1_03',
  incarnation: 1,
  reason: 'heartbeat',
  detectedAtMs: COMMITTED_MS,
  committedAtMs: COMMITTED_MS,
  silentMs: 300,
  slots: new Set([1]),
  orphaned: new Set(),
  moved: new Set([1]),
};
const PANIC: FaultRecord = { atMs: FAULT_MS, fault: 'panic', target: 'member 1_03', detail: {} };

const GONE: Fate = { fate: 'lost', cause: 'not_yet_synced' };
const UNDER_WAY: Fate = { fate: 'open', cause: 'sync_in_flight' };
const COPIED: Fate = { fate: 'kept', cause: undefined };

/** Open for ten seconds at the fault, and heard long after it. */
const row = (id: number, changes: Partial<ConnectionRow> = {}): ConnectionRow =>
  ({
    id,
    tuple: `${id}/tcp`,
    follows: null,
    openedMs: FAULT_MS - 10_000,
    lastDeliveredMs: FAULT_MS + 20_000,
    ...changes,
  }) as ConnectionRow;

const met = (fate: Fate, changes: Partial<ConnectionRow> = {}, seen: Partial<AffectedConnection> = {}) =>
  ({
    row: row(1, changes),
    slot: 1,
    loss: LOSS,
    faultAtMs: FAULT_MS,
    fate,
    stateGone: false,
    cause: undefined,
    ...seen,
  }) satisfies AffectedConnection;

const lost = (fate: Fate) => met(fate, {}, { stateGone: true, cause: fate.cause ?? 'unexplained' });

function compared(affected: readonly AffectedConnection[], overrides: Record<string, unknown> = {}) {
  return comparePrediction(affected, [], resolveSettings('vendor', overrides));
}

describe('prediction and measurement', () => {
  it('agree on what was lost and on what was kept', () => {
    expect(compared([lost(GONE), lost(GONE), met(COPIED), lost(UNDER_WAY), met(UNDER_WAY)])).toEqual({
      predictedLost: 2,
      predictedByCause: { not_yet_synced: 2 },
      measuredLost: 3,
      unpredicted: { connections: 0, first: [] },
      spared: {},
      outlived: { connections: 0, first: [] },
      inFlight: { connections: 2, lost: 1 },
    });
  });

  it('part where a connection lost its state of which there must have been a copy', () => {
    const { measuredLost, unpredicted } = compared([lost(COPIED)]);
    expect(measuredLost).toBe(1);
    expect(unpredicted).toEqual({ connections: 1, first: [{ id: 1, tuple: '1/tcp', cause: 'unexplained' }] });
  });

  it('part where a connection went on of which there was no copy', () => {
    const { spared, outlived } = compared([met(GONE)]);
    expect([spared, outlived.connections]).toEqual([{}, 1]);
    expect(outlived.first).toEqual([{ id: 1, tuple: '1/tcp', cause: 'not_yet_synced' }]);
  });

  it.each([
    ['over_before', met(GONE, { lastDeliveredMs: COMMITTED_MS })],
    ['over_before', met(GONE, { lastDeliveredMs: null })],
    ['over_before', met(GONE, {}, { stateGone: true })],
    ['began_anew', met(GONE, { tuple: '1/udp' })],
    ['began_anew', met(GONE, { openedMs: FAULT_MS - 1000 })],
    ['lost_its_packets', met(GONE, {}, { cause: 'dead_window' })],
  ] as const)('agree where a connection did not notice: %s', (reason, affected) => {
    const { predictedLost, measuredLost, spared, outlived } = compared([affected]);
    expect([predictedLost, measuredLost, spared, outlived.connections]).toEqual([1, 0, { [reason]: 1 }, 0]);
  });

  it('agree that TCP begins anew where packets out of state pass', () => {
    const changed = { 'tcp.outOfState': 'pass' };
    expect(compared([met(GONE)], changed).spared).toEqual({ began_anew: 1 });
    expect(compared([met(GONE, { openedMs: FAULT_MS - 1001 })]).outlived.connections).toBe(1);
  });

  it('list twenty connections, and count all', () => {
    const { unpredicted } = compared(Array.from({ length: 25 }, () => lost(COPIED)));
    expect([unpredicted.connections, unpredicted.first.length]).toEqual([25, 20]);
  });
});

describe('a connection that no failed member held', () => {
  const history: FabricHistory = {
    losses: [LOSS],
    placeOf: ({ id }) => ({ home: id, entries: [], copied: 'strict' }),
  };
  const strange = (id: number, cause: string, openedMs: number | null) =>
    strangeAmong([{ row: row(id, { openedMs }), cause }], new Map(), history, [PANIC]).length;

  it('must not be refused for want of state', () => {
    expect([strange(2, 'out_of_state', FAULT_MS), strange(2, 'policy_drop', null)]).toEqual([1, 1]);
    expect([strange(2, 'dead_window', FAULT_MS), strange(2, 'never_began', null)]).toEqual([0, 0]);
  });

  it('may be, if it began at the member between its fault and its loss', () => {
    const [first, last] = [FAULT_MS - CLOCKS_WITHIN_MS, COMMITTED_MS + CLOCKS_WITHIN_MS];
    const times = [first - 1, first, last, last + 1];
    expect(times.map((ms) => strange(1, 'out_of_state', ms))).toEqual([1, 0, 0, 1]);
  });

  it('counts as measured and as not predicted', () => {
    const prediction = comparePrediction([], [{ row: row(2), cause: 'out_of_state' }], resolveSettings('vendor'));
    expect([prediction.measuredLost, prediction.unpredicted.connections]).toEqual([1, 1]);
  });
});
