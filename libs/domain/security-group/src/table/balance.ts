import type { SecurityGroupState } from '../state.js';
import { holders as holdersOf } from '../state.js';
import { apportion, countByMember } from './apportion.js';

/** How far each member is from its share of active slots, by member number. */
export interface Imbalance {
  /** Slots a member has to give up (positive) or is still to get (negative). */
  readonly over: number[];
}

export function imbalanceOf(state: SecurityGroupState): Imbalance {
  const members = state.members.length;
  const counts = countByMember(state.active, members);
  const holders = holdersOf(state).map((member) => ({
    member,
    weight: state.members[member - 1]?.weight ?? 0,
    held: counts[member] as number,
  }));
  const shares = apportion(state.active.length, holders, members);
  return { over: counts.map((count, member) => (member === 0 ? 0 : count - (shares[member] as number))) };
}

/** Slots of members that are leaving whose backup, in step, stays: they change places, whoever has too many. */
export function swapsOfLeaving(state: SecurityGroupState): number[] {
  const stays = new Uint8Array(state.members.length + 1);
  for (const member of holdersOf(state)) stays[member] = 1;
  const swaps: number[] = [];
  for (let slot = 0; slot < state.active.length; slot++) {
    const active = state.active[slot] as number;
    if (active !== 0 && stays[active] === 0 && stays[state.backup[slot] as number] === 1) swaps.push(slot);
  }
  return swaps;
}

/**
 * Slots whose active member has too many and whose backup, in step, has too few: they change places.
 * `imbalance` is that of the state, and is used up; where nothing is to be swapped it stays as it is.
 */
export function swapsToBalance(state: SecurityGroupState, { over }: Imbalance): number[] {
  const { active, backup } = state;
  const swaps: number[] = [];
  for (let slot = 0, left = slotsOver(over); slot < active.length && left > 0; slot++) {
    const from = active[slot] as number;
    const to = backup[slot] as number;
    if (to === 0 || (over[from] as number) <= 0 || (over[to] as number) >= 0) continue;
    swaps.push(slot);
    left--;
    over[from] = (over[from] as number) - 1;
    over[to] = (over[to] as number) + 1;
  }
  return swaps;
}

/**
 * The moves that level out the table: for each slot the member that is to become active there.
 * Only from members with too many to members with too few, exactly as many as needed. Copies
 * already under way towards a member with too few count first. To be called when there is nothing
 * left to swap: then no slot moves to its own backup. `imbalance` is that of the state, and is used up.
 */
export function planMoves(state: SecurityGroupState, { over }: Imbalance): number[] {
  const { active, joining } = state;
  const planned = active.slice();
  let left = slotsOver(over);
  const move = (slot: number, to: number): void => {
    const from = active[slot] as number;
    planned[slot] = to;
    over[from] = (over[from] as number) - 1;
    over[to] = (over[to] as number) + 1;
    left--;
  };

  for (let slot = 0; slot < planned.length && left > 0; slot++) {
    const to = joining[slot] as number;
    if (to !== 0 && (over[active[slot] as number] as number) > 0 && (over[to] as number) < 0) move(slot, to);
  }
  for (let slot = 0; slot < planned.length && left > 0; slot++) {
    if (joining[slot] !== 0 || (over[active[slot] as number] as number) <= 0) continue;
    let neediest = 0;
    for (let m = 1; m < over.length; m++) {
      if ((over[m] as number) < 0 && (neediest === 0 || (over[m] as number) < (over[neediest] as number))) neediest = m;
    }
    if (neediest !== 0) move(slot, neediest);
  }
  return planned;
}

/** Slots that are to leave the members they are at. */
function slotsOver(over: readonly number[]): number {
  let sum = 0;
  for (const slots of over) if (slots > 0) sum += slots;
  return sum;
}
