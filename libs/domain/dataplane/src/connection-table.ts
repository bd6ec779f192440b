import { AppliedMarks } from './applied-marks.js';
import {
  A,
  APPLIED,
  B,
  CHAIN,
  CREATED,
  DOOMED,
  ENTRY_WORDS,
  FORWARD,
  GENERATIONS,
  KEY_MASK,
  LEG_SLOT,
  LEG_WORDS,
  LIVE,
  META,
  PACKETS,
  PLACE,
  PORTS,
  PROTO_MASK,
  QUEUED,
  REOPENED,
  SEEN,
  SHARED_META,
  SLOT_BITS,
  SLOT_MASK,
  SLOT_NEXT,
  SLOT_PREV,
  STATE_MASK,
  STATE_SHIFT,
  SYNCED,
  SYNC_MASK,
  SYNC_SHIFT,
  TWO_LEGS,
  YOUNG,
} from './connection-entry.js';
import { EntryQueue } from './entry-queue.js';
import { YoungQueue } from './young-queue.js';
import { connectionHash } from './steering.js';
import { STATE } from './tcp.js';

export const NONE = -1;
export const TABLE_FULL = -2;
const MAX_CAPACITY = 1 << 24;
/** Buckets per connection of a full table: at a quarter load a hit reads one entry and an eighth. */
const BUCKETS_PER_ENTRY = 4;

export interface TableOptions {
  /** Most connections it holds, 1 to 16 777 216 (setting table.connectionsPerMember). */
  readonly capacity: number;
  /** Slots of the group's slot table. */
  readonly slots: number;
  /** The instant its 32-bit times count from, ms since the epoch. */
  readonly baseMs: number;
}

/**
 * The connections of one member: those it serves and the copies it keeps for others.
 *
 * Fixed arrays, no allocation after construction. An entry is named by its index, which stays the same for
 * its life. Times are ms after `baseMs` as wrapping 32-bit integers (`relative`); differences hold over 24 days.
 */
export class ConnectionTable {
  /** All entries, `ENTRY_WORDS` each; layout in connection-entry.ts. */
  readonly words: Int32Array;
  /** Second words of entries with two legs and of forwarding entries, `LEG_WORDS` each. */
  readonly legs: Int32Array;
  readonly capacity: number;
  readonly slots: number;
  readonly baseMs: number;
  /** Forwarding entries among them. */
  forwards = 0;
  /** Told before a connection with two legs goes that is this member's to end. */
  onTwoLegsEnd: (index: number) => void = () => {};
  /** Told before a connection with two legs goes, whoever ended it. */
  onPortFree: (index: number) => void = () => {};
  /** Told when a peer's word has set an entry's second words. */
  onLegsSet: (index: number) => void = () => {};
  /** Connections found by their key, those of each slot. */
  size = 0;
  readonly sizeOfSlot: Int32Array;
  /** Up to which packet of each orchestrator the entries are. */
  readonly marks: AppliedMarks;
  /** Entries whose state, or whose end, is to be sent to their backup. */
  readonly toSend: EntryQueue;
  /** Entries that will be sent if they live long enough, oldest first. */
  readonly young: YoungQueue;

  private readonly buckets: Int32Array;
  private readonly bucketMask: number;
  private readonly slotHead: Int32Array;
  private freeHead = NONE;
  private fresh = 0;

  constructor(options: TableOptions) {
    const { capacity, slots } = options;
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_CAPACITY) {
      throw new RangeError(
        `expected a capacity of 1 to ${MAX_CAPACITY} connections, saw ${capacity}; set table.connectionsPerMember`,
      );
    }
    let buckets = 1;
    while (buckets < capacity * BUCKETS_PER_ENTRY) buckets *= 2;
    this.capacity = capacity;
    this.slots = slots;
    this.baseMs = options.baseMs;
    this.words = new Int32Array(capacity * ENTRY_WORDS);
    this.legs = new Int32Array(capacity * LEG_WORDS);
    this.buckets = new Int32Array(buckets).fill(NONE);
    this.bucketMask = buckets - 1;
    this.slotHead = new Int32Array(slots).fill(NONE);
    this.sizeOfSlot = new Int32Array(slots);
    this.marks = new AppliedMarks(this.words, this.legs);
    this.toSend = new EntryQueue(this.words, QUEUED);
    this.young = new YoungQueue(this.words);
  }

  /** Bytes held for a connection when the table is full. */
  get bytesPerConnection(): number {
    const lists = this.slotHead.byteLength + this.sizeOfSlot.byteLength;
    return (this.words.byteLength + this.buckets.byteLength + lists) / this.capacity;
  }

  /** An instant (ms since the epoch) as the table keeps it. */
  relative(epochMs: number): number {
    return Math.floor(epochMs - this.baseMs) | 0;
  }

  /** The connection of a canonical key (see `PacketKey`), or `NONE`. `hash` is its `connectionHash`. */
  find(hash: number, a: number, b: number, ports: number, proto: number): number {
    return this.match(this.buckets[hash & this.bucketMask] as number, a, b, ports, proto);
  }

  /**
   * The forwarding entry of a canonical key that stands in `slot`, or `NONE`. Without translation both directions have
   * one key, and a connection that was announced has an entry for each: one member may hold both, one as a copy.
   */
  findForward(hash: number, a: number, b: number, ports: number, proto: number, slot: number): number {
    return this.findIn(hash, a, b, ports, proto | FORWARD, slot);
  }

  /** The entry of a canonical key that stands in `slot`, or `NONE`: another one of the key may be a copy not ended yet. */
  findIn(hash: number, a: number, b: number, ports: number, proto: number, slot: number): number {
    let index = this.match(this.buckets[hash & this.bucketMask] as number, a, b, ports, proto);
    while (index !== NONE && this.slotOf(index) !== slot) {
      index = this.match(this.words[index * ENTRY_WORDS + CHAIN] as number, a, b, ports, proto);
    }
    return index;
  }

  /**
   * Adds the connection of a key that `find` did not find; `shared` holds the `SHARED_META` bits above the
   * protocol (state, initiator, sync policy, and what says that the entry has second words: those are zero then
   * and for the caller to fill). Returns its index, or `TABLE_FULL`.
   */
  insert(
    hash: number,
    a: number,
    b: number,
    ports: number,
    proto: number,
    shared: number,
    slot: number,
    rule: number,
    now: number,
  ): number {
    const words = this.words;
    let index = this.freeHead;
    if (index !== NONE) this.freeHead = words[index * ENTRY_WORDS + CHAIN] as number;
    else if (this.fresh < this.capacity) index = this.fresh++;
    else return TABLE_FULL;
    const at = index * ENTRY_WORDS;
    const bucket = hash & this.bucketMask;
    const slotNext = this.slotHead[slot] as number;
    words[at + A] = a;
    words[at + B] = b;
    words[at + PORTS] = ports;
    words[at + META] = (proto & PROTO_MASK) | (shared & ~PROTO_MASK) | LIVE;
    if ((shared & (TWO_LEGS | FORWARD)) !== 0) {
      this.legs.fill(0, index * LEG_WORDS, (index + 1) * LEG_WORDS);
      if ((shared & FORWARD) !== 0) this.forwards++;
    }
    words[at + PLACE] = slot | (rule << SLOT_BITS);
    words[at + CREATED] = now;
    words[at + SEEN] = now;
    words[at + APPLIED] = 0;
    words[at + APPLIED + 1] = 0;
    words[at + GENERATIONS] = 0;
    words[at + PACKETS] = 0;
    words[at + PACKETS + 1] = 0;
    words[at + CHAIN] = this.buckets[bucket] as number;
    words[at + SLOT_PREV] = NONE;
    words[at + SLOT_NEXT] = slotNext;
    if (slotNext !== NONE) words[slotNext * ENTRY_WORDS + SLOT_PREV] = index;
    this.buckets[bucket] = index;
    this.slotHead[slot] = index;
    this.sizeOfSlot[slot] = (this.sizeOfSlot[slot] as number) + 1;
    this.size++;
    return index;
  }

  /**
   * Takes a connection out. One that a peer was sent stays in the send queue until its deletion is written
   * there (`announce`), and counts against the capacity until then.
   */
  remove(index: number, announce: boolean): void {
    const at = index * ENTRY_WORDS;
    const words = this.words;
    let meta = words[at + META] as number;
    if ((meta & TWO_LEGS) !== 0) {
      this.onPortFree(index);
      if (announce) this.onTwoLegsEnd(index);
    } else if ((meta & FORWARD) !== 0) this.forwards--;
    this.unlink(index);
    if (!announce) meta &= ~SYNCED;
    words[at + META] = meta | DOOMED;
    if ((meta & (QUEUED | YOUNG)) !== 0) return;
    if ((meta & SYNCED) !== 0) this.toSend.add(index);
    else this.free(index);
  }

  /** Takes out every connection of a slot without telling anyone; returns how many. */
  dropSlot(slot: number): number {
    let dropped = 0;
    for (let index = this.slotHead[slot] as number; index !== NONE; index = this.slotHead[slot] as number) {
      this.remove(index, false);
      dropped++;
    }
    return dropped;
  }

  /** First connection of a slot, or `NONE`; newest first. */
  firstOf(slot: number): number {
    return this.slotHead[slot] as number;
  }

  /** The connection after this one in its slot, or `NONE`. */
  nextOf(index: number): number {
    return this.words[index * ENTRY_WORDS + SLOT_NEXT] as number;
  }

  slotOf(index: number): number {
    return (this.words[index * ENTRY_WORDS + PLACE] as number) & SLOT_MASK;
  }

  ruleOf(index: number): number {
    return (this.words[index * ENTRY_WORDS + PLACE] as number) >>> SLOT_BITS;
  }

  /** Whether the legs of the connection differ: second words say how. */
  hasTwoLegs(index: number): boolean {
    return ((this.words[index * ENTRY_WORDS + META] as number) & TWO_LEGS) !== 0;
  }

  /** Whether any packet of the responder has been accepted. */
  isAnswered(index: number): boolean {
    return this.words[index * ENTRY_WORDS + PACKETS + 1] !== 0;
  }

  /** Whether the entry only says where the connection's home is. */
  isForward(index: number): boolean {
    return ((this.words[index * ENTRY_WORDS + META] as number) & FORWARD) !== 0;
  }

  /** Of a forwarding entry: the home slot; of a connection with two legs: the other leg's. */
  legSlotOf(index: number): number {
    return this.legs[index * LEG_WORDS + LEG_SLOT] as number;
  }

  stateOf(index: number): number {
    return ((this.words[index * ENTRY_WORDS + META] as number) & STATE_MASK) >>> STATE_SHIFT;
  }

  syncOf(index: number): number {
    return ((this.words[index * ENTRY_WORDS + META] as number) & SYNC_MASK) >>> SYNC_SHIFT;
  }

  /** When it began, in the table's time. */
  createdAt(index: number): number {
    return this.words[index * ENTRY_WORDS + CREATED] as number;
  }

  /** Whether the entry holds not its first connection of these ends. */
  wasReopened(index: number): boolean {
    return ((this.words[index * ENTRY_WORDS + META] as number) & REOPENED) !== 0;
  }

  /** Time since its last packet. */
  idleMs(index: number, now: number): number {
    return (now - (this.words[index * ENTRY_WORDS + SEEN] as number)) | 0;
  }

  /** Makes the closed connection a new one of the same ends; what was applied of the old one stays applied. */
  reopen(index: number, shared: number, rule: number, now: number): void {
    const at = index * ENTRY_WORDS;
    const words = this.words;
    const kept = (words[at + META] as number) & (PROTO_MASK | TWO_LEGS | ~SHARED_META);
    words[at + META] = kept | (shared & ~PROTO_MASK) | REOPENED;
    words[at + PLACE] = ((words[at + PLACE] as number) & SLOT_MASK) | (rule << SLOT_BITS);
    words[at + CREATED] = now;
    words[at + SEEN] = now;
    words[at + PACKETS] = 0;
    words[at + PACKETS + 1] = 0;
  }

  /** Counts an applied packet: its state, time, and number from the orchestrator. */
  apply(
    index: number,
    state: number,
    fromInitiator: boolean,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): void {
    const at = index * ENTRY_WORDS;
    const words = this.words;
    const meta = words[at + META] as number;
    words[at + META] = (meta & ~STATE_MASK) | (state << STATE_SHIFT);
    // A closed connection ages from its end, whatever straggles in.
    if ((meta & STATE_MASK) >>> STATE_SHIFT !== STATE.closed) words[at + SEEN] = now;
    this.marks.set(index, orchestrator, packetNumber, !fromInitiator && (meta & TWO_LEGS) !== 0);
    const counter = at + PACKETS + (fromInitiator ? 0 : 1);
    words[counter] = ((words[counter] as number) + 1) | 0;
  }

  /** A packet passed by way of the forwarding entry. */
  touch(index: number, now: number): void {
    this.words[index * ENTRY_WORDS + SEEN] = now;
  }

  /** Entries ever used, from 0: all connections have an index below it. */
  get used(): number {
    return this.fresh;
  }

  /** Whether the index names a connection that `find` finds. */
  isLive(index: number): boolean {
    return ((this.words[index * ENTRY_WORDS + META] as number) & (LIVE | DOOMED)) === LIVE;
  }

  /** Gives the place of a removed entry back once no queue holds it. */
  free(index: number): void {
    const at = index * ENTRY_WORDS;
    this.words[at + META] = 0;
    this.words[at + CHAIN] = this.freeHead;
    this.freeHead = index;
  }

  /** The first entry with these words of key from `index` on along its bucket's chain, or `NONE`. */
  private match(index: number, a: number, b: number, ports: number, meta: number): number {
    const words = this.words;
    while (index !== NONE) {
      const at = index * ENTRY_WORDS;
      if (
        words[at + B] === b &&
        words[at + PORTS] === ports &&
        words[at + A] === a &&
        ((words[at + META] as number) & KEY_MASK) === meta
      ) {
        return index;
      }
      index = words[at + CHAIN] as number;
    }
    return NONE;
  }

  private unlink(index: number): void {
    const words = this.words;
    const at = index * ENTRY_WORDS;
    const hash = connectionHash(
      words[at + A] as number,
      words[at + B] as number,
      words[at + PORTS] as number,
      (words[at + META] as number) & PROTO_MASK,
    );
    const bucket = hash & this.bucketMask;
    const after = words[at + CHAIN] as number;
    let link = this.buckets[bucket] as number;
    if (link === index) this.buckets[bucket] = after;
    else {
      while (link !== NONE && words[link * ENTRY_WORDS + CHAIN] !== index) {
        link = words[link * ENTRY_WORDS + CHAIN] as number;
      }
      if (link === NONE) {
        throw new Error(`expected entry ${index} in the bucket of its key; it was inserted under another hash`);
      }
      words[link * ENTRY_WORDS + CHAIN] = after;
    }
    const slot = (words[at + PLACE] as number) & SLOT_MASK;
    const prev = words[at + SLOT_PREV] as number;
    const next = words[at + SLOT_NEXT] as number;
    if (prev === NONE) this.slotHead[slot] = next;
    else words[prev * ENTRY_WORDS + SLOT_NEXT] = next;
    if (next !== NONE) words[next * ENTRY_WORDS + SLOT_PREV] = prev;
    this.sizeOfSlot[slot] = (this.sizeOfSlot[slot] as number) - 1;
    this.size--;
  }
}
