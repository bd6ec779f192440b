import { describe, expect, it } from '@jest/globals';
import type { DataplaneTable } from '@rehearsal/security-group';
import { Duties, DUTY } from './duties.js';

const ME = 1;

/** One row a slot: active, backup, joining, epoch, joiningSince. Members 1 to 3 live unless `incarnation` says otherwise. */
function table(version: number, rows: number[][], incarnation = [0, 1, 1, 1]): DataplaneTable {
  const column = (i: number): Int32Array => Int32Array.from(rows, (row) => row[i] ?? 0);
  return {
    version,
    spreadSince: 0,
    active: column(0),
    backup: column(1),
    joining: column(2),
    epoch: column(3),
    joiningSince: column(4),
    incarnation: Float64Array.from(incarnation),
  };
}

describe('duties of member 1', () => {
  it('seizes, empty, slots that nobody served before', () => {
    const duties = new Duties(1, ME);
    const change = duties.change(table(2, [[1, 0, 0, 2]]));
    expect([change.seize, change.empty, change.takeOver]).toEqual([[0], [0], []]);
    expect(duties.duty[0]).toBe(DUTY.waiting);
  });

  it('seizes with its copy the slots of a lost member it backed up', () => {
    const duties = new Duties(1, ME);
    duties.change(table(2, [[2, 1, 0, 2]]));
    const change = duties.change(table(5, [[1, 0, 3, 5, 5]], [0, 1, 0, 1]));
    expect([change.seize, change.empty, change.copy]).toEqual([[0], [], [0]]);
  });

  it('takes over from a member that lives on, after its release', () => {
    const duties = new Duties(1, ME);
    duties.change(table(2, [[2, 1, 0, 2]]));
    expect(duties.change(table(5, [[1, 2, 0, 5]])).takeOver).toEqual([{ slot: 0, from: 2 }]);
  });

  it('keeps what was copied to it when one commit finds it in step and gives it the slot', () => {
    const duties = new Duties(1, ME);
    duties.change(table(2, [[2, 3, 1, 2, 2]]));
    const change = duties.change(table(5, [[1, 2, 0, 5]]));
    expect([change.takeOver, change.empty]).toEqual([[{ slot: 0, from: 2 }], []]);
  });

  it('begins empty when it inherits a slot it was still being copied', () => {
    const duties = new Duties(1, ME);
    duties.change(table(2, [[2, 0, 1, 2, 2]]));
    const change = duties.change(table(5, [[1, 0, 0, 5]], [0, 1, 0, 1]));
    expect([change.seize, change.empty]).toEqual([[0], [0]]);
  });

  it('hands over what it served, and says when it never came to serve', () => {
    const duties = new Duties(2, ME);
    duties.change(
      table(2, [
        [1, 2, 0, 2],
        [1, 2, 0, 2],
      ]),
    );
    duties.setServing(0);
    expect(
      duties.change(
        table(5, [
          [2, 1, 0, 5],
          [2, 1, 0, 5],
        ]),
      ).handOver,
    ).toEqual([
      { slot: 0, to: 2, wasServing: true },
      { slot: 1, to: 2, wasServing: false },
    ]);
    expect([...duties.duty]).toEqual([DUTY.backup, DUTY.backup]);
    expect([...duties.serves]).toEqual([0, 0]);
  });

  it('drops what it no longer holds, and copies to whoever joins anew', () => {
    const duties = new Duties(2, ME);
    duties.change(
      table(2, [
        [2, 1, 0, 2],
        [1, 2, 0, 2],
      ]),
    );
    duties.setServing(1);
    const change = duties.change(
      table(5, [
        [2, 3, 0, 2],
        [1, 2, 3, 2, 5],
      ]),
    );
    expect([change.drop, change.copy]).toEqual([[0], [1]]);
    expect(
      duties.change(
        table(6, [
          [2, 3, 0, 2],
          [1, 2, 3, 2, 5],
        ]),
      ).copy,
    ).toEqual([]);
    expect(
      duties.change(
        table(7, [
          [2, 3, 0, 2],
          [1, 2, 3, 2, 7],
        ]),
      ).copy,
    ).toEqual([1]);
  });

  it('seizes again a slot it lost and was given back under a newer epoch', () => {
    const duties = new Duties(1, ME);
    duties.change(table(2, [[1, 0, 0, 2]]));
    duties.setServing(0);
    expect(duties.change(table(9, [[1, 0, 0, 9]])).seize).toEqual([0]);
    expect(duties.serves[0]).toBe(0);
  });
});
