import { describe, expect, it } from '@jest/globals';
import type { FaultRecord } from '@rehearsal/lab-port';
import type { ConnectionRow, LossRow, LossTotal } from '@rehearsal/traffic';
import type { MemberLoss } from './history.js';
import { checkLosses, lossesOf, withMembers, type NotWell } from './losses.js';

const row = (id: number, outcome: ConnectionRow['outcome'], closedMs = 900): ConnectionRow =>
  ({ id, tuple: `tuple ${id}`, service: 'https', outcome, closedMs }) as ConnectionRow;
const packet = (connection: number, reason: string, kind: LossRow['kind'], sentMs: number, slot = 7): LossRow => ({
  kind,
  reason,
  connection,
  tuple: `tuple ${connection}`,
  service: 'https',
  side: 'inside',
  via: '1_1',
  slot,
  sentMs,
  judgedMs: sentMs + 5,
});
const FAULTS = [
  { atMs: 100, fault: 'panic', target: 'member 1_03', detail: {} },
  { atMs: 500, fault: 'kill', target: 'orchestrator 1_1', detail: {} },
] as unknown as FaultRecord[];
const LOSS = { member: '1_03', committedAtMs: 130 } as MemberLoss;

const PACKETS = [
  packet(1, 'dead_window', 'lost', 110),
  packet(1, 'dead_window', 'lost', 120),
  packet(4, 'orchestrator_lost', 'lost', 510),
  packet(5, 'policy_drop', 'dropped', 20),
];
const TOTALS: LossTotal[] = [
  { kind: 'dropped', reason: 'policy_drop', packets: 1, listed: 1 },
  { kind: 'lost', reason: 'dead_window', packets: 2, listed: 2 },
  { kind: 'lost', reason: 'orchestrator_lost', packets: 1, listed: 1 },
];
const NOT_WELL: NotWell[] = [
  {
    row: row(1, 'gave_up'),
    cause: 'not_yet_synced',
    alsoWithoutFaults: false,
    affected: {
      row: row(1, 'gave_up'),
      slot: 7,
      loss: LOSS,
      faultAtMs: 100,
      fate: { fate: 'lost', cause: 'not_yet_synced' },
      stateGone: true,
      cause: 'not_yet_synced',
    },
  },
  { row: row(4, 'gave_up'), cause: 'orchestrator_lost', alsoWithoutFaults: false, affected: undefined },
  { row: row(5, 'gave_up'), cause: 'policy_drop', alsoWithoutFaults: true, affected: undefined },
  { row: row(6, 'reset'), cause: 'reset', alsoWithoutFaults: true, affected: undefined },
];
const LEDGER = {
  dropped: { policy_drop: 1 },
  lost: { dead_window: 2, orchestrator_lost: 1 },
  unexplained: 0,
  connections: { unstarted: 0, open: 0, done: 2, reset: 1, gave_up: 3, total: 6, lost: 3 },
};

describe('the losses of a run', () => {
  const losses = lossesOf(TOTALS, PACKETS, NOT_WELL, FAULTS);

  it('put every connection down to its cause and the fault it belongs to', () => {
    expect(losses.connections.listed.map((c) => [c.id, c.cause, c.fault, c.faultAtMs, c.member])).toEqual([
      [1, 'not_yet_synced', 'panic member 1_03', 100, '1_03'],
      [4, 'orchestrator_lost', 'kill orchestrator 1_1', 500, null],
      [5, 'policy_drop', null, null, null],
      [6, 'reset', null, null, null],
    ]);
    expect(losses.connections.totals.map((t) => [t.outcome, t.cause, t.connections])).toEqual([
      ['gave_up', 'not_yet_synced', 1],
      ['gave_up', 'orchestrator_lost', 1],
      ['gave_up', 'policy_drop', 1],
      ['reset', 'reset', 1],
    ]);
  });

  it('belong to what did harm, and not to what was mended since: on an orchestrator where packets were lost in one', () => {
    const woken = [
      { atMs: 100, fault: 'hang', target: 'orchestrator 1_1', detail: {} },
      { atMs: 101, fault: 'hang', target: 'member 1_03', detail: {} },
      { atMs: 105, fault: 'resume', target: 'orchestrator 1_1', detail: {} },
      { atMs: 106, fault: 'resume', target: 'member 1_03', detail: {} },
    ] as unknown as FaultRecord[];
    const other = { row: row(5, 'gave_up'), cause: 'dead_window', alsoWithoutFaults: false, affected: undefined };
    const packets = [packet(4, 'orchestrator_lost', 'lost', 110), packet(5, 'dead_window', 'lost', 110)];
    const { listed } = lossesOf([], packets, [...NOT_WELL.slice(0, 2), other], woken).connections;
    expect(listed.map(({ id, fault }) => [id, fault])).toEqual([
      [1, 'hang member 1_03'],
      [4, 'hang orchestrator 1_1'],
      [5, 'hang member 1_03'],
    ]);
  });

  it('add up to the ledger', () => {
    expect(checkLosses(losses, PACKETS, LEDGER)).toEqual([]);
  });

  it('name the member that served the slot when the packet was sent', () => {
    const history = { servedBy: (slot: number, atMs: number) => `${slot}@${atMs}` };
    expect(withMembers([...PACKETS, { ...PACKETS[0]!, slot: null }], history).map((p) => p.member)).toEqual([
      '7@110',
      '7@120',
      '7@510',
      '7@20',
      null,
    ]);
  });

  it.each([
    [
      'a packet more in the ledger',
      { lost: { dead_window: 3, orchestrator_lost: 1 } },
      /^packets lost, dead_window: 2 /,
    ],
    ['a reason the ledger does not have', { dropped: {} }, /^packets dropped: 1 here, 0 in the ledger$/],
    ['a packet nobody explains', { unexplained: 1 }, /^packets unexplained: 0 here, 1 in the ledger$/],
    [
      'a connection more in the ledger',
      { connections: { ...LEDGER.connections, gave_up: 4 } },
      /^connections gave_up: 3/,
    ],
  ])('do not add up with %s', (_what, changes, problem) => {
    expect(checkLosses(losses, PACKETS, { ...LEDGER, ...changes })[0]).toMatch(problem);
  });

  it('do not add up when a row or an entry is missing', () => {
    expect(checkLosses(losses, PACKETS.slice(1), LEDGER)).toEqual([
      'packets lost, dead_window: 1 rows, 2 should be listed',
    ]);
    const { connections } = losses;
    const cut = { ...losses, connections: { ...connections, listed: connections.listed.slice(1) } };
    expect(checkLosses(cut, PACKETS, LEDGER)).toEqual(['connections: 3 are listed, 4 should be']);
  });

  it('say that lists were cut, and keep the sums', () => {
    const totals = TOTALS.map((t) => (t.reason === 'dead_window' ? { ...t, packets: 200 } : t));
    const cut = lossesOf(totals, PACKETS, NOT_WELL, FAULTS);
    expect(cut.packets.truncated).toBe(true);
    expect(checkLosses(cut, PACKETS, { ...LEDGER, lost: { dead_window: 200, orchestrator_lost: 1 } })).toEqual([]);
  });
});
