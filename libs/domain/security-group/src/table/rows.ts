import type { SlotsByMember } from '../events.js';

/** Collects the wanted slots into rows of `[member, slot, …]`, members and slots rising. */
export function rowsOf(bySlot: readonly number[], wanted: (slot: number) => boolean): SlotsByMember {
  const rows: (number[] | undefined)[] = [];
  for (let slot = 0; slot < bySlot.length; slot++) {
    if (!wanted(slot)) continue;
    const member = bySlot[slot] as number;
    const row = rows[member];
    if (row === undefined) rows[member] = [member, slot];
    else row.push(slot);
  }
  return rows.filter((row) => row !== undefined);
}
