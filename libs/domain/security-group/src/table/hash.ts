import { hashInts } from '@rehearsal/kernel';
import type { SlotTable } from '../state.js';

/** Member numbers have to fit into this many bits, so that three share a word. */
const MEMBER_BITS = 10;

/**
 * SHA-256 (hex) of the slot table. Three words a slot, as three arrays one after another: the
 * members (active, backup, joining from the lowest bits up), the epoch, the version of the choice.
 */
export function tableHash(table: SlotTable): string {
  const slots = table.active.length;
  const ints = new Int32Array(slots * 3);
  for (let slot = 0; slot < slots; slot++) {
    ints[slot] =
      (table.active[slot] as number) |
      ((table.backup[slot] as number) << MEMBER_BITS) |
      ((table.joining[slot] as number) << (2 * MEMBER_BITS));
    ints[slots + slot] = table.epoch[slot] as number;
    ints[2 * slots + slot] = table.joiningSince[slot] as number;
  }
  return hashInts(ints);
}
