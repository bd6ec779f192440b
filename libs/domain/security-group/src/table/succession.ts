import type { SlotsByMember } from '../events.js';
import type { SecurityGroupState } from '../state.js';
import { holders } from '../state.js';
import { countByMember } from './apportion.js';
import { rowsOf } from './rows.js';

/** Of a slot that somebody else serves; 0 is nobody. */
const STAYS = -1;

export interface Succession {
  /** Slots whose backup was in step, by that backup. */
  readonly takenOver: SlotsByMember;
  /** Slots without a copy in step, by the member that goes on with them, empty; 0 when nobody is left. */
  readonly orphaned: SlotsByMember;
}

/**
 * Who follows a lost member in its slots: the backup, else the least loaded survivor by weight
 * (lowest number first). `state` already knows the member as out. Nothing else moves.
 */
export function successionOf(state: SecurityGroupState, lost: number): Succession {
  const heirs = holders(state);
  const weightless = heirs.every((m) => weightOf(state, m) === 0);
  const load = countByMember(state.active, state.members.length);
  const { active, backup } = state;
  const takenOver = new Array<number>(active.length).fill(STAYS);
  const orphaned = takenOver.slice();

  for (let slot = 0; slot < active.length; slot++) {
    const heir = backup[slot] as number;
    if (active[slot] !== lost || heir === 0) continue;
    takenOver[slot] = heir;
    load[heir] = (load[heir] as number) + 1;
  }
  for (let slot = 0; slot < active.length; slot++) {
    if (active[slot] !== lost || backup[slot] !== 0) continue;
    let least = 0;
    for (const m of heirs) {
      const weight = weightless ? 1 : weightOf(state, m);
      const leastWeight = weightless ? 1 : weightOf(state, least);
      if (least === 0 || ((load[m] as number) + 1) * leastWeight < ((load[least] as number) + 1) * weight) least = m;
    }
    orphaned[slot] = least;
    load[least] = (load[least] as number) + 1;
  }
  return { takenOver: rowsOf(takenOver, 0), orphaned: rowsOf(orphaned, 0) };
}

function weightOf(state: SecurityGroupState, member: number): number {
  return state.members[member - 1]?.weight ?? 0;
}
