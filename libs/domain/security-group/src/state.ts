import type { GroupConfig } from './inputs.js';

export interface Member {
  readonly id: string;
  readonly weight: number;
  /** Of the last process start that joined; 0 before the first. */
  readonly incarnation: number;
  readonly status: 'out' | 'active';
  /** Table version of its last join and of its last loss; 0 before the first. */
  readonly joinedAt: number;
  readonly lostAt: number;
}

export interface Orchestrator {
  readonly id: string;
  readonly incarnation: number;
  readonly status: 'out' | 'active';
}

/** The slot table: one entry a slot in each array; members by number (place in `members`, from 1; 0 none). */
export interface SlotTable {
  /** Who serves the slot. */
  readonly active: readonly number[];
  /** Who holds a copy in step and takes over; 0: the slot is exposed. */
  readonly backup: readonly number[];
  /** Who is being copied to and becomes the backup when in step. */
  readonly joining: readonly number[];
  /** Table version at which `active` last changed. */
  readonly epoch: readonly number[];
  /** Table version at which `joining` was chosen; 0 without one. */
  readonly joiningSince: readonly number[];
}

export interface SecurityGroupState extends SlotTable {
  /** Version of the last commit; 0 before the first. */
  readonly version: number;
  readonly placement: GroupConfig['placement'];
  readonly requireInStep: boolean;
  readonly members: readonly Member[];
  readonly orchestrators: readonly Orchestrator[];
  /** Member number of the single management object; 0: nobody is active. */
  readonly smo: number;
  /** A join has not been levelled out yet. */
  readonly rebalancing: boolean;
}

/** Fields in the order in which a state is read back from its canonical form, so that both are of one shape. */
export const initialState: SecurityGroupState = {
  active: [],
  backup: [],
  epoch: [],
  joining: [],
  joiningSince: [],
  members: [],
  orchestrators: [],
  placement: 'spread',
  rebalancing: false,
  requireInStep: true,
  smo: 0,
  version: 0,
};

/** Number of a member id in the slot table, from 1; 0 when the group has no such member. */
export function memberNumber(state: SecurityGroupState, id: string): number {
  return state.members.findIndex((m) => m.id === id) + 1;
}

/** Id of a member number; '' for 0. */
export function memberOf(state: SecurityGroupState, number: number): string {
  return state.members[number - 1]?.id ?? '';
}

/** Numbers of the active members, rising. */
export function activeMembers(state: SecurityGroupState): number[] {
  const numbers: number[] = [];
  state.members.forEach((m, i) => {
    if (m.status === 'active') numbers.push(i + 1);
  });
  return numbers;
}

/** Slots that have an active member but no backup. */
export function exposedSlots(state: SecurityGroupState): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < state.active.length; slot++) {
    if (state.active[slot] !== 0 && state.backup[slot] === 0) slots.push(slot);
  }
  return slots;
}
