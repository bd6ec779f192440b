import { describe, expect, it } from '@jest/globals';
import type { SecurityGroupState } from '../state.js';
import { settled } from '../testing/group.js';
import { chooseCopies } from './placement.js';

const none = (slots: number): number[] => new Array<number>(slots).fill(0);

/** A table in which member 1 serves all six slots. */
function servedByOne(members: number, change: Partial<SecurityGroupState>): SecurityGroupState {
  const { state } = settled(members, 6);
  const one = new Array<number>(6).fill(1);
  const weights = state.members.map((m, i) => ({ ...m, weight: i === 0 ? 1 : 0 }));
  return { ...state, members: weights, active: one, joining: none(6), joiningSince: none(6), ...change };
}

describe('chooseCopies', () => {
  it('moves only copies that stand where there are too many', () => {
    const state = servedByOne(4, { rebalancing: true, backup: [4, 4, 2, 2, 2, 2] });
    expect(chooseCopies(state)).toEqual([0, 0, 3, 3, 0, 0]);
  });

  it('moves nothing when no join is to be levelled out', () => {
    const state = servedByOne(4, { rebalancing: false, backup: [4, 4, 2, 2, 2, 0] });
    expect(chooseCopies(state)).toEqual([0, 0, 0, 0, 0, 3]);
  });

  it('counts copies under way as if they had arrived', () => {
    const state = servedByOne(4, { rebalancing: true, backup: [4, 4, 2, 2, 2, 2], joining: [0, 0, 0, 0, 3, 3] });
    expect(chooseCopies(state)).toEqual([0, 0, 0, 0, 3, 3]);
  });

  it('puts all copies of a member at its partner when members are paired', () => {
    const state = servedByOne(4, { placement: 'pairs', rebalancing: true, backup: [4, 4, 2, 2, 0, 3] });
    expect(chooseCopies(state)).toEqual([2, 2, 0, 0, 2, 2]);
  });

  it('makes a ring of the last three when their number is odd', () => {
    const { state } = settled(5, 10, { placement: 'pairs' });
    const partners = [1, 2, 3, 4, 5].map((m) => state.backup[state.active.indexOf(m)]);
    expect(partners).toEqual([2, 1, 4, 5, 3]);
  });
});
