import { describe, expect, it } from '@jest/globals';
import { STATE_SHIFT, SYNC, SYNC_SHIFT } from './connection-entry.js';
import type { SyncPolicy } from './connection-entry.js';
import { ConnectionTable, NONE } from './connection-table.js';
import { connectionHash } from './steering.js';
import { noteChange, queueSlot, retimeYoung, sent, syncDue, takeToSend } from './sync-decision.js';
import { STATE } from './tcp.js';

const DELAY_MS = 3000;
const byNumber = (x: number, y: number) => x - y;

function setUp() {
  const table = new ConnectionTable({ capacity: 64, slots: 4, baseMs: 0 });
  const add = (id: number, sync: SyncPolicy, now: number, slot = 0) => {
    const index = table.insert(
      connectionHash(id, id, id, 6),
      id,
      id,
      id,
      6,
      (STATE.established << STATE_SHIFT) | (SYNC[sync] << SYNC_SHIFT),
      slot,
      0,
      now,
    );
    noteChange(table, index, now, DELAY_MS);
    return index;
  };
  /** Everything due at `now`, each sent to a backup. */
  const flush = (now: number): number[] => {
    const due: number[] = [];
    for (let i = takeToSend(table, now, DELAY_MS); i !== NONE; i = takeToSend(table, now, DELAY_MS)) {
      due.push(i);
      sent(table, i, true);
    }
    return due;
  };
  return { table, add, flush };
}

describe('what is sent to the backup', () => {
  it('strict: at once, and again after every change', () => {
    const { table, add, flush } = setUp();
    const index = add(1, 'strict', 0);
    expect([flush(0), flush(0)]).toEqual([[index], []]);
    noteChange(table, index, 1, DELAY_MS);
    noteChange(table, index, 2, DELAY_MS);
    expect(flush(2)).toEqual([index]);
  });

  it('never: not at all', () => {
    const { table, add, flush } = setUp();
    const index = add(1, 'never', 0);
    noteChange(table, index, 90_000, DELAY_MS);
    expect([flush(90_000), queueSlot(table, 0, 90_000, DELAY_MS)]).toEqual([[], 0]);
  });

  it('delayed: once it has lived its time, in the order of birth, then after every change', () => {
    const { table, add, flush } = setUp();
    const first = add(1, 'delayed', 0);
    const second = add(2, 'delayed', 10);
    noteChange(table, first, 2000, DELAY_MS);
    expect([flush(2999), flush(3000), flush(3009), flush(3010)]).toEqual([[], [first], [], [second]]);
    noteChange(table, first, 3020, DELAY_MS);
    expect(flush(3020)).toEqual([first]);
  });

  it('delayed: a connection that ended in time never was', () => {
    const { table, add, flush } = setUp();
    const closed = add(1, 'delayed', 0);
    table.apply(closed, STATE.closed, true, 0, 1, 100);
    const gone = add(2, 'delayed', 0);
    table.remove(gone, true);
    expect([flush(5000), table.size]).toEqual([[], 1]);
  });

  it('delayed: one that a peer has is sent to its end', () => {
    const { table, add, flush } = setUp();
    const index = add(1, 'delayed', 0);
    expect(flush(3000)).toEqual([index]);
    table.apply(index, STATE.closed, true, 0, 1, 3100);
    noteChange(table, index, 3100, DELAY_MS);
    expect(flush(3100)).toEqual([index]);
    table.remove(index, true);
    expect([flush(3200), flush(3200)]).toEqual([[index], []]);
  });

  it('a reopened connection waits its own time, and holds up none born before', () => {
    const { table, add, flush } = setUp();
    const reopened = add(1, 'delayed', 0);
    const other = add(2, 'delayed', 100);
    table.reopen(reopened, (STATE.synSent << STATE_SHIFT) | (SYNC.delayed << SYNC_SHIFT), 0, 2000);
    noteChange(table, reopened, 2000, DELAY_MS);
    expect([flush(3100), flush(4999), flush(5000)]).toEqual([[other], [], [reopened]]);
  });

  it('connections taken over are due in their time, however many younger ones wait already', () => {
    const { add, flush } = setUp();
    for (let id = 1; id <= 10; id++) add(id, 'delayed', 2000);
    const takenOver = [11, 12, 13].map((id) => add(id, 'delayed', 2000 - id * 100, 1));
    expect([flush(3699), flush(3700), flush(3800), flush(3900), flush(4999)]).toEqual([
      [],
      [takenOver[2]],
      [takenOver[1]],
      [takenOver[0]],
      [],
    ]);
    expect(flush(5000)).toHaveLength(10);
  });

  it('delayed for longer than the queue looks ahead: in its time all the same', () => {
    const { table, add } = setUp();
    const index = add(1, 'never', 0);
    table.reopen(index, (STATE.established << STATE_SHIFT) | (SYNC.delayed << SYNC_SHIFT), 0, 0);
    noteChange(table, index, 0, 60_000);
    const taken: number[] = [];
    for (let now = 0; now < 60_000; now += 777) taken.push(takeToSend(table, now, 60_000));
    expect(new Set(taken)).toEqual(new Set([NONE]));
    expect(takeToSend(table, 60_000, 60_000)).toBe(index);
  });

  it('a slot for a new backup: what is due now, and the rest in its time', () => {
    const { table, add, flush } = setUp();
    const old = add(1, 'delayed', 0);
    const strict = add(2, 'strict', 3000);
    const young = add(3, 'delayed', 3000);
    add(4, 'strict', 3000, 1);
    flush(3000);
    expect(queueSlot(table, 0, 4000, DELAY_MS)).toBe(2);
    const mark = table.toSend.added;
    expect(flush(4000).sort(byNumber)).toEqual([old, strict].sort(byNumber));
    expect(table.toSend.taken).toBe(mark);
    expect(flush(6000)).toEqual([young]);
  });

  it('a slot handed over with connections too young schedules them at their new owner', () => {
    const { table, flush } = setUp();
    const index = table.insert(
      connectionHash(1, 1, 1, 6),
      1,
      1,
      1,
      6,
      (STATE.established << STATE_SHIFT) | (SYNC.delayed << SYNC_SHIFT),
      0,
      0,
      1000,
    );
    expect(queueSlot(table, 0, 2000, DELAY_MS)).toBe(0);
    expect(flush(4000)).toEqual([index]);
  });

  it('without a backup it stays unsent', () => {
    const { table, add } = setUp();
    const index = add(1, 'strict', 0);
    expect(takeToSend(table, 0, DELAY_MS)).toBe(index);
    sent(table, index, false);
    table.remove(index, true);
    expect([takeToSend(table, 0, DELAY_MS), table.toSend.added]).toEqual([NONE, 1]);
  });

  it('is due by policy, age and state', () => {
    const { table, add } = setUp();
    const [strict, delayed, never] = [add(1, 'strict', 0), add(2, 'delayed', 0), add(3, 'never', 0)];
    const due = (now: number) => [strict, delayed, never].map((i) => syncDue(table, i, now, DELAY_MS));
    expect([due(0), due(2999), due(3000)]).toEqual([
      [true, false, false],
      [true, false, false],
      [true, true, false],
    ]);
  });

  it('is due by another delay from the moment on in which that is another', () => {
    const { table, add } = setUp();
    const [old, young, never] = [add(1, 'delayed', 0), add(2, 'delayed', 1500), add(3, 'never', 0)];
    const gone = add(4, 'delayed', 1600);
    table.remove(gone, true);
    const due = (now: number, delayMs: number): number[] => {
      const taken: number[] = [];
      for (let i = takeToSend(table, now, delayMs); i !== NONE; i = takeToSend(table, now, delayMs)) {
        taken.push(i);
        sent(table, i, true);
      }
      return taken;
    };
    expect(due(2000, DELAY_MS)).toEqual([]);
    retimeYoung(table, 2000, 1000);
    expect([due(2000, 1000), due(2499, 1000), due(2500, 1000)]).toEqual([[old], [], [young]]);
    expect([never, table.young.waiting]).toEqual([never, 0]);

    const later = add(5, 'delayed', 3000);
    retimeYoung(table, 3000, 60_000);
    expect([due(50_000, 60_000), due(63_000, 60_000)]).toEqual([[], [later]]);
  });
});
