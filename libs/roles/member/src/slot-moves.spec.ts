import { describe, expect, it } from '@jest/globals';
import { ConnectionTable } from '@rehearsal/dataplane';
import type { DataplaneTable } from '@rehearsal/security-group';
import { Duties } from './duties.js';
import { Handover } from './handover.js';
import type { SlotMovesParts } from './slot-moves.js';
import { SlotMoves } from './slot-moves.js';

const ME = 2;
const WAS_ACTIVE = 1;

function table(version: number, active: number, backup: number, epoch: number): DataplaneTable {
  const incarnation = Int32Array.of(0, 1, 1, 1);
  const rows = { active: [active], backup: [backup], joining: [0], joiningSince: [0], epoch: [epoch] };
  return { version, incarnation, ...rows } as unknown as DataplaneTable;
}

/** A member with one slot, which member 1 serves and this one backs up. */
function given() {
  const atEnd: (() => void)[] = [];
  const happened: string[] = [];
  const rt = { self: { id: '1_02' }, nowMs: () => 0, atTurnEnd: (run: () => void) => atEnd.push(run) };
  const duties = new Duties(1, ME);
  const handover = new Handover(
    rt as never,
    400,
    () => [],
    () => {},
  );
  const ignored = { onServe: () => {}, refuseHeld: () => {}, serveHeld: () => {}, queueCopy: () => {} };
  const moves = new SlotMoves({
    rt,
    hub: { incarnation: 1 },
    probe: {
      onServe: (_member: string, _life: number, slot: number, epoch: number) =>
        happened.push(`serves ${slot} under ${epoch}`),
      onRelease: () => {},
    },
    connections: new ConnectionTable({ capacity: 1, slots: 1, baseMs: 0 }),
    flows: { tellSlot: () => {} },
    duties,
    handover,
    replication: {
      ...ignored,
      handOver: (to: number, version: number, slots: number[], whole: boolean) =>
        happened.push(`releases ${slots.join()} to ${to} by ${version}${whole ? ' with all it holds' : ''}`),
    },
    serving: ignored,
    correction: ignored,
    legs: ignored,
    redistribution: ignored,
    turns: { stopped: false, flush: () => {} },
  } as unknown as SlotMovesParts);
  const take = (next: DataplaneTable): void => moves.take(duties.change(next), next.version);
  const endTurn = (): void => {
    for (const run of atEnd.splice(0)) run();
  };
  take(table(5, WAS_ACTIVE, ME, 3));
  take(table(6, ME, WAS_ACTIVE, 6));
  return { happened, handover, moves, take, endTurn };
}

describe('a slot that may be served', () => {
  it('is served once all that is at hand has been heard', () => {
    const { happened, handover, moves, endTurn } = given();
    moves.serve(handover.released(WAS_ACTIVE, [0]));
    expect(happened).toEqual([]);
    endTurn();
    endTurn();
    expect(happened).toEqual(['serves 0 under 6']);
  });

  it('is not served by a life that ends before that', () => {
    const { happened, handover, moves, endTurn } = given();
    moves.serve(handover.released(WAS_ACTIVE, [0]));
    moves.clear();
    endTurn();
    expect(happened).toEqual([]);
  });

  it('is passed on, with all that came with it, when it goes to another before that', () => {
    const { happened, handover, moves, take, endTurn } = given();
    moves.serve(handover.released(WAS_ACTIVE, [0]));
    take(table(7, 3, ME, 7));
    endTurn();
    expect(happened).toEqual(['releases 0 to 3 by 7 with all it holds']);
  });

  it('waits for a release of its own when it goes and comes back before that', () => {
    const { happened, handover, moves, take, endTurn } = given();
    moves.serve(handover.released(WAS_ACTIVE, [0]));
    take(table(7, 3, ME, 7));
    take(table(8, ME, 3, 8));
    endTurn();
    expect(happened).toEqual([]);
    moves.serve(handover.released(3, [0]));
    endTurn();
    expect(happened).toEqual(['serves 0 under 8']);
  });
});
