/**
 * Packets taken and not yet seen answered, in arrival order per slot: an orchestrator's, or those a member
 * has handed on to the members that serve their connections.
 *
 * Every packet gets a number when it is taken and keeps it through every re-steering, so numbers rise
 * in arrival order. Bytes stay in the frame they came in, copied once into a ring; nothing is
 * allocated per packet. Packets of a slot are outstanding at one member and under one epoch at a time: whoever
 * hands them out asks `isOutElsewhere` first, and lets newer ones wait.
 */
export const PENDING = {
  /** Unknown here: never taken, or answered. */
  none: 0,
  /** Handed to a member. */
  outstanding: 1,
  /** Kept here until its slot may be sent on. */
  waiting: 2,
} as const;

/** Room for packets that every keeper of them has, however few may be held: some batches. */
export const LEAST_PENDING = 1024;

const REGION_CAPACITY = 1 << 16;
/** Room laid out at first. Both grow with what is pending: most processes of a simulation never need much. */
const FIRST_REGIONS = 1 << 8;
const FIRST_ARENA_WORDS = 1 << 14;

export class PendingPackets {
  /** The bytes of all pending packets. Another array once a frame has been taken: not to be kept. */
  arena: Int32Array;
  /** Per slot: packets handed to a member. */
  readonly outstandingOf: Int32Array;
  /** Per slot: packets kept here. */
  readonly waitingOf: Int32Array;
  /** All packets pending. */
  size = 0;
  /** Per slot: member number and epoch its outstanding packets were handed out to, and under. */
  private readonly sentTo: Int32Array;
  private readonly sentEpoch: Int32Array;
  private readonly mask: number;
  private readonly state: Uint8Array;
  private readonly tag: Int32Array;
  private readonly meta: Int32Array;
  private readonly slot: Uint16Array;
  private readonly at: Int32Array;
  private readonly region: Uint16Array;
  private readonly next: Int32Array;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  private readonly arenaWords: number;
  private regionEnd = new Int32Array(FIRST_REGIONS);
  private regionLeft = new Int32Array(FIRST_REGIONS);
  private regionAtMs = new Float64Array(FIRST_REGIONS);
  private regionHead = 0;
  private regionTail = 0;
  private arenaHead = 0;
  private arenaTail = 0;
  private lowest = 1;
  private nextNumber = 1;

  /** Room for `packets` packets at least, and `arenaWords` words of their bytes. */
  constructor(packets: number, arenaWords: number, slots: number) {
    let capacity = 1;
    while (capacity < packets) capacity *= 2;
    this.mask = capacity - 1;
    this.arenaWords = arenaWords;
    this.arena = new Int32Array(Math.min(arenaWords, FIRST_ARENA_WORDS));
    this.state = new Uint8Array(capacity);
    this.tag = new Int32Array(capacity);
    this.meta = new Int32Array(capacity);
    this.slot = new Uint16Array(capacity);
    this.at = new Int32Array(capacity);
    this.region = new Uint16Array(capacity);
    this.next = new Int32Array(capacity);
    this.outstandingOf = new Int32Array(slots);
    this.waitingOf = new Int32Array(slots);
    this.sentTo = new Int32Array(slots);
    this.sentEpoch = new Int32Array(slots);
    this.head = new Int32Array(slots);
    this.tail = new Int32Array(slots);
  }

  /** Copies a frame into the arena; the word offset of the copy, or -1 when there is no room. */
  takeFrame(words: Int32Array, nowMs: number): number {
    const at = this.reserve(words.length, nowMs);
    if (at >= 0) this.arena.set(words, at);
    return at;
  }

  /** Room for a frame of so many words, for the caller to fill; its word offset, or -1. */
  reserve(needed: number, nowMs: number): number {
    if (((this.regionTail + 1) & (REGION_CAPACITY - 1)) === this.regionHead) return -1;
    let at = this.arenaTail;
    if (this.regionHead === this.regionTail) {
      this.arenaHead = 0;
      this.regionHead = 0;
      this.regionTail = 0;
      at = 0;
      if (needed > this.arenaWords) return -1;
    } else if (at > this.arenaHead) {
      // What came first has gone: its room is used again, so that the ring stays as small as what is pending.
      const fits = at + needed <= this.arena.length;
      if (!fits && needed < this.arenaHead) at = 0;
      else if (at + needed > this.arenaWords) return -1;
    } else if (at + needed >= this.arenaHead) {
      at = this.unwrapped(needed);
      if (at < 0) return -1;
    }
    if (at + needed > this.arena.length) this.growArena(at + needed);
    if (this.regionTail === this.regionEnd.length) this.growRegions();
    this.arenaTail = at + needed;
    this.regionEnd[this.regionTail] = at + needed;
    // The frame itself counts as one until it is closed, so that it cannot go while it is being read.
    this.regionLeft[this.regionTail] = 1;
    this.regionAtMs[this.regionTail] = nowMs;
    this.regionTail = (this.regionTail + 1) & (REGION_CAPACITY - 1);
    return at;
  }

  private growArena(needed: number): void {
    let words = this.arena.length * 2;
    while (words < needed) words *= 2;
    const arena = new Int32Array(Math.min(words, this.arenaWords));
    arena.set(this.arena);
    this.arena = arena;
  }

  /** Makes one stretch of what lies at the end and at the beginning, in a larger arena; where it ends, or -1. */
  private unwrapped(needed: number): number {
    const moveBy = this.arena.length;
    const [moved, end] = [this.arenaTail, moveBy + this.arenaTail];
    if (end + needed > this.arenaWords) return -1;
    this.growArena(end + needed);
    this.arena.copyWithin(moveBy, 0, moved);
    for (let number = this.lowest; number < this.nextNumber; number++) {
      const i = number & this.mask;
      if ((this.at[i] as number) < moved) this.at[i] = (this.at[i] as number) + moveBy;
    }
    for (let r = this.regionHead; r !== this.regionTail; r = (r + 1) & (REGION_CAPACITY - 1)) {
      if ((this.regionEnd[r] as number) <= moved) this.regionEnd[r] = (this.regionEnd[r] as number) + moveBy;
    }
    return end;
  }

  private growRegions(): void {
    const regions = this.regionEnd.length * 2;
    const [end, left, atMs] = [new Int32Array(regions), new Int32Array(regions), new Float64Array(regions)];
    end.set(this.regionEnd);
    left.set(this.regionLeft);
    atMs.set(this.regionAtMs);
    this.regionEnd = end;
    this.regionLeft = left;
    this.regionAtMs = atMs;
  }

  /** All packets of the frame just taken have been added. */
  closeFrame(): void {
    this.leaveRegion((this.regionTail - 1) & (REGION_CAPACITY - 1));
  }

  /**
   * Adds a packet of the frame just taken, as waiting, behind all others of its slot.
   * Its number, or 0 when too many are pending. `meta` is length, side and flags as in the record.
   */
  add(tag: number, meta: number, slot: number, at: number): number {
    if (this.nextNumber - this.lowest > this.mask) return 0;
    const number = this.nextNumber++;
    const i = number & this.mask;
    const region = (this.regionTail - 1) & (REGION_CAPACITY - 1);
    this.state[i] = PENDING.waiting;
    this.tag[i] = tag;
    this.meta[i] = meta;
    this.slot[i] = slot;
    this.at[i] = at;
    this.region[i] = region;
    this.next[i] = 0;
    this.regionLeft[region] = (this.regionLeft[region] as number) + 1;
    const tail = this.tail[slot] as number;
    if (tail === 0) this.head[slot] = number;
    else this.next[tail & this.mask] = number;
    this.tail[slot] = number;
    this.waitingOf[slot] = (this.waitingOf[slot] as number) + 1;
    this.size++;
    return number;
  }

  stateOf(number: number): number {
    if (number < this.lowest || number >= this.nextNumber) return PENDING.none;
    return this.state[number & this.mask] as number;
  }

  tagOf(number: number): number {
    return this.tag[number & this.mask] as number;
  }

  /** Length (16 bits) and side (bit 16). */
  metaOf(number: number): number {
    return this.meta[number & this.mask] as number;
  }

  slotOf(number: number): number {
    return this.slot[number & this.mask] as number;
  }

  /** Word index of the packet's bytes in `arena`. */
  atOf(number: number): number {
    return this.at[number & this.mask] as number;
  }

  /** When the packet was taken, ms. */
  takenAtMs(number: number): number {
    return this.regionAtMs[this.region[number & this.mask] as number] as number;
  }

  /** First pending packet of a slot in arrival order; 0: none. */
  firstOf(slot: number): number {
    return this.head[slot] as number;
  }

  /** The next one of the same slot; 0: none. May point at one already answered: check `stateOf`. */
  nextOf(number: number): number {
    return this.next[number & this.mask] as number;
  }

  /** The packet is handed to `member`, under `epoch` of its slot. */
  markOutstanding(number: number, member: number, epoch: number): void {
    const i = number & this.mask;
    if (this.state[i] !== PENDING.waiting) return;
    const slot = this.slot[i] as number;
    this.sentTo[slot] = member;
    this.sentEpoch[slot] = epoch;
    this.state[i] = PENDING.outstanding;
    this.waitingOf[slot] = (this.waitingOf[slot] as number) - 1;
    this.outstandingOf[slot] = (this.outstandingOf[slot] as number) + 1;
  }

  /** The packet is kept here again; `metaBits` are noted in its `meta`. */
  markWaiting(number: number, metaBits: number = 0): void {
    const i = number & this.mask;
    if (this.state[i] !== PENDING.outstanding) return;
    const slot = this.slot[i] as number;
    this.state[i] = PENDING.waiting;
    this.meta[i] = (this.meta[i] as number) | metaBits;
    this.outstandingOf[slot] = (this.outstandingOf[slot] as number) - 1;
    this.waitingOf[slot] = (this.waitingOf[slot] as number) + 1;
  }

  /** Whether packets of the slot are outstanding at another member, or under another epoch. */
  isOutElsewhere(slot: number, member: number, epoch: number): boolean {
    return this.outstandingOf[slot] !== 0 && (this.sentTo[slot] !== member || this.sentEpoch[slot] !== epoch);
  }

  /** Whether packets of the slot are outstanding at that member. */
  isOutAt(slot: number, member: number): boolean {
    return this.outstandingOf[slot] !== 0 && this.sentTo[slot] === member;
  }

  /** All outstanding packets of the slot are kept here again; `metaBits` are noted in the `meta` of each. */
  takeBack(slot: number, metaBits: number = 0): void {
    for (let number = this.head[slot] as number; number !== 0; number = this.nextOf(number)) {
      if (this.stateOf(number) === PENDING.outstanding) this.markWaiting(number, metaBits);
    }
  }

  /** Forgets everything. */
  clear(): void {
    for (let slot = 0; slot < this.head.length; slot++) {
      for (let number = this.head[slot] as number; number !== 0;) {
        const next = this.nextOf(number);
        if (this.stateOf(number) !== PENDING.none) this.settle(number);
        number = next;
      }
    }
  }

  /** The packet is answered, dropped or lost: forget it. */
  settle(number: number): void {
    const i = number & this.mask;
    const slot = this.slot[i] as number;
    const counts = this.state[i] === PENDING.outstanding ? this.outstandingOf : this.waitingOf;
    counts[slot] = (counts[slot] as number) - 1;
    this.state[i] = PENDING.none;
    this.size--;
    let head = this.head[slot] as number;
    while (head !== 0 && this.state[head & this.mask] === PENDING.none) head = this.next[head & this.mask] as number;
    this.head[slot] = head;
    if (head === 0) this.tail[slot] = 0;
    while (this.lowest < this.nextNumber && this.state[this.lowest & this.mask] === PENDING.none) this.lowest++;
    this.leaveRegion(this.region[i] as number);
  }

  private leaveRegion(region: number): void {
    this.regionLeft[region] = (this.regionLeft[region] as number) - 1;
    while (this.regionHead !== this.regionTail && this.regionLeft[this.regionHead] === 0) {
      this.arenaHead = this.regionEnd[this.regionHead] as number;
      this.regionHead = (this.regionHead + 1) & (REGION_CAPACITY - 1);
    }
  }
}
