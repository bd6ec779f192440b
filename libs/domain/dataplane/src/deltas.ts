import {
  A,
  APPLIED,
  B,
  CREATED,
  DOOMED,
  ENTRY_WORDS,
  FORWARD,
  INITIATOR_B,
  LEG_A,
  LEG_APPLIED,
  LEG_B,
  LEG_GENERATIONS,
  LEG_FLAGS,
  LEG_PORTS,
  LEG_SLOT,
  LEG_WORDS,
  META,
  PACKETS,
  PLACE,
  PORTS,
  PROTO_MASK,
  SEEN,
  SHARED_META,
  SLOT_BITS,
  SLOT_MASK,
  STATE_MASK,
  STATE_SHIFT,
  TWO_LEGS,
} from './connection-entry.js';
import { ORCHESTRATORS } from './applied-marks.js';
import { NONE, TABLE_FULL } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import { PROTO_TCP } from './packet-key.js';
import { connectionHash } from './steering.js';
import { STATE, STATE_COUNT } from './tcp.js';

/**
 * Sync deltas: connections in absolute state, so that a later one replaces an earlier one and a repeated one
 * changes nothing. A frame has one head, then entries:
 *
 * | head word | holds |
 * |---|---|
 * | 0, 1 | the sender's table base, ms since the epoch (low, high) |
 * | 2, 3 | incarnations of orchestrator 0 and 1 that the marks belong to; 0: none |
 *
 * | entry word | holds |
 * |---|---|
 * | 0–2 | key, as in the table |
 * | 3 | shared bits of the table's word 3; bit 29: the connection is gone; bits 30, 31: marks 0, 1 are set |
 * | 4 | slot and rule, as in the table |
 * | 5, 6 | created, last seen, ms after the sender's base |
 * | 7, 8 | marks |
 * | 9, 10 | packets of initiator, of responder |
 * | 11–18 | second words where the entry has them, as in the table; word 6 of them: bits 0, 1 tell which marks are set |
 */
export const DELTA_HEAD_WORDS = 4;
export const DELTA_ENTRY_WORDS = 11;
/** With second words. */
export const DELTA_ENTRY_MAX_WORDS = DELTA_ENTRY_WORDS + LEG_WORDS;

const GONE = 1 << 29;
const MARK_SHIFT = 30;
const HAS_LEGS = TWO_LEGS | FORWARD;
const KNOWN_BITS = SHARED_META | GONE | (3 << MARK_SHIFT);

/** What `DeltaReader.apply` says of one entry. Below 0: refused, nothing was changed. */
export const APPLY = {
  stored: 0,
  removed: 1,
  /** The deletion of a connection that was not there. */
  absent: 2,
  refused_key: -1,
  refused_state: -2,
  refused_slot: -3,
  refused_bits: -4,
  table_full: -5,
} as const;

/** Writes the head of a frame at `at`. */
export function writeDeltaHead(table: ConnectionTable, out: Int32Array, at: number): void {
  out[at] = table.baseMs | 0;
  out[at + 1] = Math.floor(table.baseMs / 0x1_0000_0000);
  for (let i = 0; i < ORCHESTRATORS; i++) out[at + 2 + i] = table.marks.incarnations[i] as number;
}

/** Writes the entry, or its end if it was removed, at `at`; returns where it ends, `DELTA_ENTRY_MAX_WORDS` on at most. */
export function writeEntry(table: ConnectionTable, index: number, out: Int32Array, at: number): number {
  const { words, marks } = table;
  const from = index * ENTRY_WORDS;
  const meta = words[from + META] as number;
  let bits = meta & SHARED_META;
  if ((meta & DOOMED) !== 0) bits |= GONE;
  for (let i = 0; i < ORCHESTRATORS; i++) if (marks.has(index, i, false)) bits |= 1 << (MARK_SHIFT + i);
  out[at] = words[from + A] as number;
  out[at + 1] = words[from + B] as number;
  out[at + 2] = words[from + PORTS] as number;
  out[at + 3] = bits;
  out[at + 4] = words[from + PLACE] as number;
  out[at + 5] = words[from + CREATED] as number;
  out[at + 6] = words[from + SEEN] as number;
  out[at + 7] = words[from + APPLIED] as number;
  out[at + 8] = words[from + APPLIED + 1] as number;
  out[at + 9] = words[from + PACKETS] as number;
  out[at + 10] = words[from + PACKETS + 1] as number;
  return (bits & HAS_LEGS) === 0 ? at + DELTA_ENTRY_WORDS : writeLegs(table, index, out, at + DELTA_ENTRY_WORDS);
}

function writeLegs(table: ConnectionTable, index: number, out: Int32Array, at: number): number {
  const { legs, marks } = table;
  const from = index * LEG_WORDS;
  for (let i = 0; i < LEG_WORDS; i++) out[at + i] = legs[from + i] as number;
  let known = 0;
  for (let i = 0; i < ORCHESTRATORS; i++) if (marks.has(index, i, true)) known |= 1 << i;
  out[at + LEG_GENERATIONS] = known;
  return at + LEG_WORDS;
}

/** Where the entry at `at` ends; not checked against the frame. */
export function endOfEntry(words: Int32Array, at: number): number {
  return at + (((words[at + 3] as number) & HAS_LEGS) === 0 ? DELTA_ENTRY_WORDS : DELTA_ENTRY_MAX_WORDS);
}

/** The slot an entry at `at` speaks of; not checked against the table. */
export function slotOfEntry(words: Int32Array, at: number): number {
  return (words[at + 4] as number) & SLOT_MASK;
}

/** Takes deltas into a table, one frame after another. */
export class DeltaReader {
  private readonly table: ConnectionTable;
  private shiftMs = 0;
  private readonly markCounts = new Uint8Array(ORCHESTRATORS);

  constructor(table: ConnectionTable) {
    this.table = table;
  }

  /**
   * Reads the head at `at`. Returns how many whole entries follow it up to `end`, or -1 when the words do not
   * hold a head and whole entries; `apply` may then be called for each, in order.
   */
  open(words: Int32Array, at: number, end: number): number {
    if (at < 0 || end > words.length) return -1;
    let count = 0;
    let entry = at + DELTA_HEAD_WORDS;
    for (; entry + DELTA_ENTRY_WORDS <= end; entry = endOfEntry(words, entry)) count++;
    if (entry !== end) return -1;
    const baseMs = (words[at + 1] as number) * 0x1_0000_0000 + ((words[at] as number) >>> 0);
    this.shiftMs = (baseMs - this.table.baseMs) | 0;
    for (let i = 0; i < ORCHESTRATORS; i++) {
      const incarnation = (words[at + 2 + i] as number) >>> 0;
      const current = incarnation !== 0 && this.table.marks.setIncarnation(i, incarnation);
      this.markCounts[i] = current ? 1 : 0;
    }
    return count;
  }

  /** Applies the entry at `at` of the frame opened last; returns an `APPLY` value. */
  apply(words: Int32Array, at: number): number {
    const table = this.table;
    const a = words[at] as number;
    const b = words[at + 1] as number;
    const ports = words[at + 2] as number;
    const bits = words[at + 3] as number;
    const place = words[at + 4] as number;
    const refused = refusal(table, a, b, ports, bits, place, words[at + DELTA_ENTRY_WORDS + LEG_SLOT] as number);
    if (refused !== 0) return refused;
    const proto = bits & PROTO_MASK;
    const hash = connectionHash(a, b, ports, proto);
    const slot = place & SLOT_MASK;
    const isForward = (bits & FORWARD) !== 0;
    let index = table.findIn(hash, a, b, ports, isForward ? proto | FORWARD : proto, slot);
    if ((bits & GONE) !== 0) {
      if (index === NONE) return APPLY.absent;
      table.remove(index, false);
      return APPLY.removed;
    }
    if (index === NONE && !isForward) {
      // The connection is at home in another slot than before: it began by its other leg, or is spread otherwise.
      const before = table.find(hash, a, b, ports, proto);
      if (before !== NONE) table.remove(before, false);
    }
    const created = ((words[at + 5] as number) + this.shiftMs) | 0;
    if (index === NONE) {
      index = table.insert(hash, a, b, ports, proto, bits & SHARED_META, slot, place >>> SLOT_BITS, created);
      if (index === TABLE_FULL) return APPLY.table_full;
    }
    const into = index * ENTRY_WORDS;
    const mine = table.words;
    mine[into + META] = ((mine[into + META] as number) & ~SHARED_META) | (bits & SHARED_META);
    mine[into + PLACE] = place;
    mine[into + CREATED] = created;
    mine[into + SEEN] = ((words[at + 6] as number) + this.shiftMs) | 0;
    mine[into + PACKETS] = words[at + 9] as number;
    mine[into + PACKETS + 1] = words[at + 10] as number;
    for (let i = 0; i < ORCHESTRATORS; i++) {
      if (this.markCounts[i] === 0) continue;
      if (((bits >>> (MARK_SHIFT + i)) & 1) === 1) table.marks.set(index, i, words[at + 7 + i] as number, false);
      else table.marks.clear(index, i, false);
    }
    if ((bits & HAS_LEGS) !== 0) this.applyLegs(index, words, at + DELTA_ENTRY_WORDS);
    return APPLY.stored;
  }

  private applyLegs(index: number, words: Int32Array, at: number): void {
    const { table } = this;
    const into = index * LEG_WORDS;
    table.legs[into + LEG_A] = words[at + LEG_A] as number;
    table.legs[into + LEG_B] = words[at + LEG_B] as number;
    table.legs[into + LEG_PORTS] = words[at + LEG_PORTS] as number;
    table.legs[into + LEG_SLOT] = words[at + LEG_SLOT] as number;
    table.legs[into + LEG_FLAGS] = words[at + LEG_FLAGS] as number;
    const known = words[at + LEG_GENERATIONS] as number;
    for (let i = 0; i < ORCHESTRATORS; i++) {
      if (this.markCounts[i] === 0) continue;
      if (((known >>> i) & 1) === 1) table.marks.set(index, i, words[at + LEG_APPLIED + i] as number, true);
      else table.marks.clear(index, i, true);
    }
    table.onLegsSet(index);
  }
}

function refusal(
  table: ConnectionTable,
  a: number,
  b: number,
  ports: number,
  bits: number,
  place: number,
  legSlot: number,
): number {
  const proto = bits & PROTO_MASK;
  const portA = ports & 0xffff;
  const portB = ports >>> 16;
  if (a > b || (a === b && portA > portB)) return APPLY.refused_key;
  if (a === b && portA === portB && (bits & INITIATOR_B) !== 0) return APPLY.refused_key;
  if ((bits & ~KNOWN_BITS) !== 0) return APPLY.refused_bits;
  if ((bits & HAS_LEGS) === HAS_LEGS) return APPLY.refused_bits;
  if ((bits & HAS_LEGS) !== 0 && !isSlot(table, legSlot)) return APPLY.refused_slot;
  const state = (bits & STATE_MASK) >>> STATE_SHIFT;
  const isTcp = proto === PROTO_TCP || (bits & FORWARD) !== 0;
  const first = isTcp ? STATE.synSent : STATE.udpSent;
  const last = isTcp ? STATE.closed : STATE_COUNT - 1;
  if (state < first || state > last) return APPLY.refused_state;
  if (!isSlot(table, place & SLOT_MASK)) return APPLY.refused_slot;
  return 0;
}

function isSlot(table: ConnectionTable, slot: number): boolean {
  return slot >= 0 && slot < table.slots;
}
