import { hashInts } from '@rehearsal/kernel';
import type { SlotTable } from '../state.js';

/** SHA-256 (hex) of the slot table: active, backup, joining, epoch, joiningSince, one after another. */
export function tableHash(table: SlotTable): string {
  const slots = table.active.length;
  const ints = new Int32Array(slots * 5);
  ints.set(table.active, 0);
  ints.set(table.backup, slots);
  ints.set(table.joining, slots * 2);
  ints.set(table.epoch, slots * 3);
  ints.set(table.joiningSince, slots * 4);
  return hashInts(ints);
}
