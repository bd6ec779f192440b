import type { SecurityGroupState } from '../state.js';
import { activeMembers, holders } from '../state.js';
import { apportion } from './apportion.js';
import type { Imbalance } from './balance.js';
import { imbalanceOf, planMoves } from './balance.js';

/**
 * Who should be copied to, slot by slot (0: nobody). Copies under way go on. Otherwise, after a
 * join, a slot that is to move is copied to where it moves, and a backup that stands where the
 * placement does not want it is copied to where it does; at other times only slots without any
 * copy get one. A copy at a member that is leaving counts as none, but stays until the new one is in step.
 * @param imbalance where it is known already; used up
 */
export function chooseCopies(state: SecurityGroupState, imbalance?: Imbalance): readonly number[] {
  const { active, backup, joining, rebalancing } = state;
  const numbers = holders(state);
  const stays = new Uint8Array(state.members.length + 1);
  for (const member of numbers) stays[member] = 1;
  if (activeMembers(state).length < 2 || (!rebalancing && everySlotHasACopy(state, stays))) return joining;

  const planned = rebalancing ? planMoves(state, imbalance ?? imbalanceOf(state)) : active;
  const staying = (member: number): number => (stays[member] === 1 ? member : 0);
  const chosen = joining.map(staying);
  // What the backup will be once everything under way and planned has happened.
  const later = backup.map(staying);
  for (let slot = 0; slot < later.length; slot++) {
    if (planned[slot] !== active[slot]) {
      later[slot] = staying(active[slot] as number);
      if (chosen[slot] === 0) chosen[slot] = planned[slot] as number;
    } else if (chosen[slot] !== 0) {
      later[slot] = chosen[slot] as number;
    }
  }

  const choose = state.placement === 'pairs' ? partners(state, numbers) : spread(state, numbers, planned, later);
  for (let slot = 0; slot < chosen.length; slot++) {
    if (chosen[slot] !== 0) continue;
    const now = later[slot] as number;
    if (now !== 0 && !rebalancing) continue;
    const wanted = choose(planned[slot] as number, now);
    if (wanted !== now) chosen[slot] = wanted;
  }
  return chosen;
}

function everySlotHasACopy(state: SecurityGroupState, stays: Uint8Array): boolean {
  for (let slot = 0; slot < state.backup.length; slot++) {
    const joining = state.joining[slot] as number;
    if (joining !== 0 && stays[joining] === 0) return false;
    if (stays[state.backup[slot] as number] === 0 && joining === 0) return false;
  }
  return true;
}

/** Where the copy of a slot of `active` should be, if it is at `backup` now (0: nowhere). */
type Choice = (active: number, backup: number) => number;

/** One backup a member: neighbours in id order, and a ring of three at the end of an odd number. */
function partners(state: SecurityGroupState, numbers: readonly number[]): Choice {
  const partner = new Array<number>(state.members.length + 1).fill(0);
  const odd = numbers.length % 2 === 1;
  const paired = odd ? numbers.length - 3 : numbers.length;
  for (let i = 0; i < paired; i += 2) {
    const [a, b] = [numbers[i] as number, numbers[i + 1] as number];
    partner[a] = b;
    partner[b] = a;
  }
  if (odd) {
    const ring = numbers.slice(paired);
    ring.forEach((member, i) => {
      partner[member] = ring[(i + 1) % ring.length] as number;
    });
  }
  // Whoever is leaving has no partner any more: its slots are copied to where they can go on.
  for (let member = 1; member < partner.length; member++) {
    if (!numbers.includes(member)) partner[member] = numbers[member % numbers.length] as number;
    else if (partner[member] === member) partner[member] = 0;
  }
  return (active) => partner[active] as number;
}

/** The slots of each member are backed up by all others, by weight, so that its load is divided. */
function spread(
  state: SecurityGroupState,
  numbers: readonly number[],
  planned: readonly number[],
  later: readonly number[],
): Choice {
  const width = state.members.length + 1;
  // Copies that the slots of one member (row) have at another.
  const held = new Int32Array(width * width);
  for (let slot = 0; slot < planned.length; slot++) {
    const at = (planned[slot] as number) * width + (later[slot] as number);
    held[at] = (held[at] as number) + 1;
  }

  const known: (Lack | undefined)[] = new Array<Lack | undefined>(width).fill(undefined);
  return (active, at) => {
    const { others, by } = (known[active] ??= lackOf(state, numbers, active, held.subarray(active * width)));
    if (others.length === 0 || (at !== 0 && (by[at] as number) >= 0)) return at;
    let most = others[0] as number;
    for (const member of others) if ((by[member] as number) > (by[most] as number)) most = member;
    if (at !== 0) {
      if ((by[most] as number) <= 0) return at;
      by[at] = (by[at] as number) + 1;
    }
    by[most] = (by[most] as number) - 1;
    return most;
  };
}

/** Where the copies of a member's slots can be, and how many more belong there, by member number. */
interface Lack {
  readonly others: readonly number[];
  readonly by: number[];
}

/** `held`: copies of the slots of `active`, by the member they are at. */
function lackOf(state: SecurityGroupState, numbers: readonly number[], active: number, held: Int32Array): Lack {
  const members = state.members.length;
  const place = numbers.indexOf(active);
  const others = place < 0 ? numbers : [...numbers.slice(place + 1), ...numbers.slice(0, place)];
  let total = 0;
  for (let member = 0; member <= members; member++) total += held[member] as number;
  const shares = apportion(
    total,
    others.map((member) => ({
      member,
      weight: state.members[member - 1]?.weight ?? 0,
      held: held[member] as number,
    })),
    members,
  );
  return { others, by: shares.map((share, member) => share - (held[member] as number)) };
}
