import type { SecurityGroupState } from '../state.js';
import { activeMembers } from '../state.js';
import { apportion, countByMember } from './apportion.js';

/** How far each member is from its share of active slots, by member number. */
export interface Imbalance {
  /** Slots a member has to give up (positive) or is still to get (negative). */
  readonly over: number[];
}

export function imbalanceOf(state: SecurityGroupState): Imbalance {
  const members = state.members.length;
  const counts = countByMember(state.active, members);
  const holders = activeMembers(state).map((member) => ({
    member,
    weight: state.members[member - 1]?.weight ?? 0,
    held: counts[member] as number,
  }));
  const shares = apportion(state.active.length, holders, members);
  return { over: counts.map((count, member) => (member === 0 ? 0 : count - (shares[member] as number))) };
}

/** Slots whose active member has too many and whose backup, in step, has too few: they change places. */
export function swapsToBalance(state: SecurityGroupState): number[] {
  const { over } = imbalanceOf(state);
  const swaps: number[] = [];
  for (let slot = 0; slot < state.active.length; slot++) {
    const from = state.active[slot] as number;
    const to = state.backup[slot] as number;
    if (to === 0 || (over[from] as number) <= 0 || (over[to] as number) >= 0) continue;
    swaps.push(slot);
    over[from] = (over[from] as number) - 1;
    over[to] = (over[to] as number) + 1;
  }
  return swaps;
}

/**
 * The moves that level out the table: for each slot the member that is to become active there.
 * Only from members with too many to members with too few, exactly as many as needed. Copies
 * already under way towards a member with too few count first. To be called when there is nothing
 * left to swap: then no slot moves to its own backup.
 */
export function planMoves(state: SecurityGroupState): number[] {
  const { over } = imbalanceOf(state);
  const planned = state.active.slice();
  const move = (slot: number, to: number): void => {
    const from = state.active[slot] as number;
    planned[slot] = to;
    over[from] = (over[from] as number) - 1;
    over[to] = (over[to] as number) + 1;
  };

  for (let slot = 0; slot < planned.length; slot++) {
    const to = state.joining[slot] as number;
    if (to !== 0 && (over[state.active[slot] as number] as number) > 0 && (over[to] as number) < 0) move(slot, to);
  }
  for (let slot = 0; slot < planned.length; slot++) {
    if (state.joining[slot] !== 0 || (over[state.active[slot] as number] as number) <= 0) continue;
    let neediest = 0;
    for (let m = 1; m < over.length; m++) {
      if ((over[m] as number) < 0 && (neediest === 0 || (over[m] as number) < (over[neediest] as number))) neediest = m;
    }
    if (neediest !== 0) move(slot, neediest);
  }
  return planned;
}
