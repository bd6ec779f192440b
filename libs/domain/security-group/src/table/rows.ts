import type { SlotsByMember } from '../events.js';

/**
 * Collects slots into rows of `[member, slot, …]`, members and slots rising.
 * @param bySlot the member number each slot is to stand under; a slot with a lower one than `lowest` stands nowhere
 */
export function rowsOf(bySlot: readonly number[], lowest: number): SlotsByMember {
  const rows: (number[] | undefined)[] = [];
  for (let slot = 0; slot < bySlot.length; slot++) {
    const member = bySlot[slot] as number;
    if (member < lowest) continue;
    const row = rows[member];
    if (row === undefined) rows[member] = [member, slot];
    else row.push(slot);
  }
  return rows.filter((row) => row !== undefined);
}
