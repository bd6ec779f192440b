import {
  CREATED,
  ENTRY_WORDS,
  FROM_OUTSIDE,
  LEG_A,
  LEG_B,
  LEG_FLAGS,
  LEG_PORTS,
  LEG_WORDS,
  META,
  PACKETS,
  PLACE,
  PROTO_MASK,
  REOPENED,
  TRANSLATED,
  TWO_LEGS,
} from './connection-entry.js';
import { ConnectionEnds } from './connection-ends.js';
import { NONE } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import { FLOW, FLOW_FLAG, FLOW_HEAD_WORDS, FLOW_MAGIC, FLOW_RECORD_WORDS } from './flow-records.js';
import type { PacketKey } from './packet-key.js';
import { STATE } from './tcp.js';

/** Records of a full batch: some 64 KB. */
const BATCH_RECORDS = 1000;
const BATCH_WORDS = FLOW_HEAD_WORDS + BATCH_RECORDS * FLOW_RECORD_WORDS;
/** A refusal is told once in this time, however often its sender tries again. */
const REFUSAL_AGAIN_MS = 10_000;
/** Refusals that are remembered; where two share a place the later one is told of again. */
const REFUSALS = 4096;
const REFUSAL_WORDS = 5;
/** One more than there are counts, so that those of a connection share a cache line. */
const COUNT_WORDS = 4;

export interface FlowRecorderOptions {
  /** Off: nothing is counted and nothing is written. */
  readonly isOn: boolean;
  /** Batches that wait to be taken at most; what comes then is left out and counted. */
  readonly maxBatches: number;
  /** The member's number in its group, from 1. */
  readonly member: number;
}

export const NO_FLOWS: FlowRecorderOptions = { isOn: false, maxBatches: 0, member: 0 };

/**
 * Writes flow records, a few words a connection's beginning or end; nothing is allocated but a batch. What waits is
 * bounded: whatever has no room is left out, and the next batch says how much that was.
 */
export class FlowRecorder {
  readonly isOn: boolean;
  private version = 0;
  private life = 0;
  /** Records that had no room, and records written: in all lives. */
  leftOut = 0;
  written = 0;
  /** The same when this life began. */
  private leftOutBefore = 0;
  private writtenBefore = 0;
  private readonly table: ConnectionTable;
  /** By entry of the table: bytes of the initiator, of the responder, packets handed on; wrapping. */
  private readonly counts: Int32Array;
  private readonly ends = new ConnectionEnds();
  private readonly member: number;
  private readonly maxBatches: number;
  private readonly full: Int32Array[] = [];
  private batch: Int32Array;
  private at = FLOW_HEAD_WORDS;
  private readonly refusals: Int32Array;

  constructor(table: ConnectionTable, options: FlowRecorderOptions) {
    this.table = table;
    this.isOn = options.isOn;
    this.member = options.member;
    this.maxBatches = options.maxBatches;
    this.counts = new Int32Array(options.isOn ? table.capacity * COUNT_WORDS : 0);
    this.batch = new Int32Array(options.isOn ? BATCH_WORDS : 0);
    this.refusals = new Int32Array(options.isOn ? REFUSALS * REFUSAL_WORDS : 0);
  }

  /** What follows happens under this version of the slot table, in this life of the member. */
  under(version: number, life: number): void {
    this.version = version;
    if (life === this.life) return;
    if (this.at > FLOW_HEAD_WORDS) this.close();
    this.life = life;
    this.leftOutBefore = this.leftOut;
    this.writtenBefore = this.written;
  }

  /** A connection began here, or its ends anew. */
  opened(index: number, now: number): void {
    if (!this.isOn) return;
    this.reset(index);
    const { table } = this;
    const leg = table.hasTwoLegs(index) ? table.legSlotOf(index) : NONE;
    this.write(FLOW.opened, index, now, leg === NONE || leg === table.slotOf(index) ? 0 : leg + 1);
  }

  /** A packet of it was let pass. */
  passed(index: number, fromInitiator: boolean, lenBytes: number, wasHandedOn: boolean): void {
    if (!this.isOn) return;
    const { counts } = this;
    const at = index * COUNT_WORDS + (fromInitiator ? 0 : 1);
    counts[at] = (counts[at] as number) + lenBytes;
    if (wasHandedOn) counts[index * COUNT_WORDS + 2] = (counts[index * COUNT_WORDS + 2] as number) + 1;
  }

  /** Something happened to it: a `FLOW`, with what its word 7 says. Forwarding entries, and what has ended, are left out. */
  tell(kind: number, index: number, now: number, aux: number): void {
    if (!this.isOn || this.table.isForward(index)) return;
    if (kind !== FLOW.closed && this.table.stateOf(index) === STATE.closed) return;
    this.write(kind, index, now, aux);
  }

  /** The same happened to all connections of a slot. */
  tellSlot(kind: number, slot: number, now: number, aux: number): void {
    if (!this.isOn) return;
    const { table } = this;
    for (let index = table.firstOf(slot); index !== NONE; index = table.nextOf(index)) {
      if (kind === FLOW.taken_over) this.reset(index);
      this.tell(kind, index, now, aux);
    }
  }

  /** What would have begun a connection was refused: the packet's key, its slot, the rule (-1: none) and the verdict. */
  refused(key: PacketKey, slot: number, rule: number, fromOutside: boolean, now: number, verdict: number): void {
    if (!this.isOn || this.isKnownRefusal(key, verdict, now)) return;
    const at = this.room();
    if (at < 0) return;
    const { batch } = this;
    batch.fill(0, at, at + FLOW_RECORD_WORDS);
    batch[at] = FLOW.refused | ((key.proto & 0xff) << 8) | (fromOutside ? FLOW_FLAG.fromOutside : 0);
    batch[at + 1] = key.src;
    batch[at + 2] = key.dst;
    batch[at + 3] = key.srcPort | (key.dstPort << 16);
    batch[at + 4] = (Math.max(0, slot) & 0x1_ffff) | (rule << 17);
    batch[at + 5] = now;
    batch[at + 6] = this.version;
    batch[at + 7] = verdict;
    batch[at + 13] = now;
  }

  /** Gives the batches that wait, the oldest first, each to be kept by the taker; stops when it takes no more. */
  take(to: (batch: Uint8Array) => boolean): void {
    const { full } = this;
    while (full.length > 0) {
      if (!to(bytesOf(full[0] as Int32Array))) return;
      full.shift();
    }
    if (this.at > FLOW_HEAD_WORDS && to(bytesOf(this.headed(this.batch.slice(0, this.at))))) this.at = FLOW_HEAD_WORDS;
  }

  private reset(index: number): void {
    // For so few words a call to fill them would cost more than all else of a record.
    const { counts } = this;
    const at = index * COUNT_WORDS;
    counts[at] = 0;
    counts[at + 1] = 0;
    counts[at + 2] = 0;
  }

  private write(kind: number, index: number, now: number, aux: number): void {
    const at = this.room();
    if (at < 0) return;
    const { table, batch, ends, counts } = this;
    const { words } = table;
    const entry = index * ENTRY_WORDS;
    const meta = words[entry + META] as number;
    ends.read(words, index);
    batch[at + 14] = 0;
    batch[at + 15] = 0;
    batch[at] =
      kind |
      ((meta & PROTO_MASK) << 8) |
      (table.stateOf(index) << 16) |
      (table.syncOf(index) << 20) |
      ((meta & FROM_OUTSIDE) === 0 ? 0 : FLOW_FLAG.fromOutside) |
      ((meta & REOPENED) === 0 ? 0 : FLOW_FLAG.reopened) |
      ((meta & TWO_LEGS) === 0 ? 0 : FLOW_FLAG.twoLegs | this.writeLegs(index, at));
    batch[at + 1] = ends.src;
    batch[at + 2] = ends.dst;
    batch[at + 3] = ends.srcPort | (ends.dstPort << 16);
    batch[at + 4] = words[entry + PLACE] as number;
    batch[at + 5] = now;
    batch[at + 6] = this.version;
    batch[at + 7] = aux;
    batch[at + 8] = words[entry + PACKETS] as number;
    batch[at + 9] = words[entry + PACKETS + 1] as number;
    batch[at + 10] = counts[index * COUNT_WORDS] as number;
    batch[at + 11] = counts[index * COUNT_WORDS + 1] as number;
    batch[at + 12] = counts[index * COUNT_WORDS + 2] as number;
    batch[at + 13] = words[entry + CREATED] as number;
  }

  /** Writes words 14 and 15 if an address was translated; returns their flags. The entry's ends must have been read. */
  private writeLegs(index: number, at: number): number {
    const { batch, ends } = this;
    const { legs } = this.table;
    const leg = index * LEG_WORDS;
    if (((legs[leg + LEG_FLAGS] as number) & TRANSLATED) === 0) return 0;
    const src = legs[leg + LEG_A] as number;
    const isDst = src === ends.src && (legs[leg + LEG_B] as number) !== ends.dst;
    batch[at + 14] = isDst ? (legs[leg + LEG_B] as number) : src;
    batch[at + 15] = legs[leg + LEG_PORTS] as number;
    return FLOW_FLAG.translated | (isDst ? FLOW_FLAG.dstTranslated : 0);
  }

  /** Where the next record goes, or -1. */
  private room(): number {
    if (this.at === BATCH_WORDS) {
      if (this.full.length >= this.maxBatches) {
        this.leftOut++;
        return -1;
      }
      this.close();
    }
    const { at } = this;
    this.at = at + FLOW_RECORD_WORDS;
    this.written++;
    return at;
  }

  /** What is written so far waits to be taken; what follows goes to a batch of its own. */
  private close(): void {
    this.full.push(this.headed(this.batch.subarray(0, this.at)));
    this.batch = new Int32Array(BATCH_WORDS);
    this.at = FLOW_HEAD_WORDS;
  }

  /** Ends a batch: all of its records are of this life (see `under`). */
  private headed(words: Int32Array): Int32Array {
    const count = (words.length - FLOW_HEAD_WORDS) / FLOW_RECORD_WORDS;
    const { baseMs } = this.table;
    words[0] = FLOW_MAGIC;
    words[1] = count;
    words[2] = this.member;
    words[3] = this.life;
    words[4] = baseMs | 0;
    words[5] = Math.floor(baseMs / 0x1_0000_0000);
    words[6] = this.written - this.writtenBefore - count;
    words[7] = this.leftOut - this.leftOutBefore;
    return words;
  }

  private isKnownRefusal({ src, dst, srcPort, dstPort, proto }: PacketKey, verdict: number, now: number): boolean {
    const { refusals } = this;
    const ports = srcPort | (dstPort << 16);
    const what = proto | (verdict << 8);
    const mixed = Math.imul(src ^ Math.imul(dst, 0x9e37_79b1) ^ Math.imul(ports, 0x85eb_ca6b) ^ what, 0xc2b2_ae35);
    const at = (mixed >>> 20) * REFUSAL_WORDS;
    const isSame =
      refusals[at] === src && refusals[at + 1] === dst && refusals[at + 2] === ports && refusals[at + 3] === what;
    if (isSame && ((now - (refusals[at + 4] as number)) | 0) < REFUSAL_AGAIN_MS) return true;
    refusals[at] = src;
    refusals[at + 1] = dst;
    refusals[at + 2] = ports;
    refusals[at + 3] = what;
    refusals[at + 4] = now;
    return false;
  }
}

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
