import { describe, expect, it } from '@jest/globals';
import { REASONS } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { packet, given, table } from './testing/plane.js';

const changing = (state: SecurityGroupState, since: number): SecurityGroupState => ({
  ...state,
  nextDistribution: { inside: 'user', outside: 'user', since, saidSince: since, waiting: [1] },
});
const changed = (state: SecurityGroupState, since: number): SecurityGroupState => ({
  ...state,
  distribution: { inside: 'user', outside: 'user', since },
});
/** A packet of the same client to a server whose address ends in `last`. */
function to(last: number): Int32Array {
  const words = packet(last).slice();
  new DataView(words.buffer).setUint8(19, last);
  return words;
}

describe('while the distribution changes', () => {
  it('nothing that comes is steered, until all that came before is answered and the log says that it has changed', () => {
    const { log, left, plane, arrive, answer, versions, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12);
    fold(changing(table(6, 1, 5), 6));
    arrive(13);
    expect([log, plane.drainedFor, plane.heldPackets]).toEqual([['1_01 #1 =11', '1_01 #2 =12'], 0, 1]);
    answer({ 1: 0 });
    expect(plane.drainedFor).toBe(0);
    answer({ 2: 0 });
    expect(plane.drainedFor).toBe(6);
    arrive(14, 15);
    expect([log.length, plane.heldPackets]).toEqual([2, 3]);
    fold(changed(table(9, 1, 5), 9));
    expect(log.slice(2)).toEqual(['1_01 #3 =13', '1_01 #4 =14', '1_01 #5 =15']);
    expect([versions.at(-1), plane.drainedFor, plane.heldPackets]).toEqual([9, 0, 0]);
    answer({ 3: 0, 4: 0, 5: 0 });
    expect(left).toEqual([11, 12, 13, 14, 15].map((tag) => `${tag} delivered`));
  });

  it('what was steered before still goes to whoever takes its slot over, and comes ahead of what waits', () => {
    const { log, plane, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11);
    fold(changing(table(6, 1, 5), 6));
    arrive(12);
    fold(changing(table(7, 2, 7, [1]), 6));
    expect(log).toEqual(['1_01 #1 =11', '1_02 #1 =11']);
    answer({ 1: REASONS.nack });
    expect(log.at(-1)).toBe('1_02 #1 =11');
    answer({ 1: 0 });
    expect(plane.drainedFor).toBe(6);
    fold(changed(table(8, 2, 7, [1]), 8));
    expect(log.at(-1)).toBe('1_02 #2 =12');
  });

  it('what waits finds the slot that the new distribution gives it', () => {
    const { plane, arrive, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    const slotsOf = (): number[] => {
      const { waitingOf, outstandingOf } = plane.pending;
      return [...outstandingOf.keys()].filter((s) => (waitingOf[s] as number) + (outstandingOf[s] as number) > 0);
    };
    arrive([11, to(7), 32]);
    const before = slotsOf();
    plane.clear();
    fold(changing(table(6, 1, 5), 6));
    arrive([12, to(7), 32]);
    expect(slotsOf()).toEqual([]);
    fold(changed(table(7, 1, 5), 7));
    expect(slotsOf()).toHaveLength(1);
    expect(slotsOf()).not.toEqual(before);
  });

  it('a frame that finds no room is named whole, and what is held goes with an orchestrator that is lost', () => {
    const { left, plane, arrive, table: fold } = given('lossless', { 'hold.maxPackets': 2 });
    fold(changing(table(5, 1, 5), 5));
    arrive(11);
    arrive(12, 13);
    arrive(14);
    expect(left).toEqual(['12 hold_overflow', '13 hold_overflow']);
    plane.clear();
    expect(plane.heldPackets).toBe(0);
    fold(changed(table(6, 1, 5), 6));
    expect(left).toHaveLength(2);
  });
});
