import type { SlotsByMember } from '../events.js';

/** Collects slots into rows of `[member, slot, …]`, members and slots rising. */
export function rowsOf(bySlot: readonly number[], wanted: (slot: number) => boolean): SlotsByMember {
  const rows = new Map<number, number[]>();
  bySlot.forEach((member, slot) => {
    if (!wanted(slot)) return;
    const row = rows.get(member);
    if (row === undefined) rows.set(member, [member, slot]);
    else row.push(slot);
  });
  return [...rows.values()].sort((a, b) => (a[0] as number) - (b[0] as number));
}
