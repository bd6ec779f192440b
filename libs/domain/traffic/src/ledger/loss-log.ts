import type { PacketRing } from './packet-ring.js';

const CODES = 256;
const NONE = -1;
/** Stands for "nobody said anything", which is no reason code. */
export const NO_WORD = 0;

/** One packet that did not come out. Times are ms of the caller's clock. */
export interface LostPacket {
  readonly connection: number;
  readonly code: number;
  readonly step: number;
  /** The way into the fabric it took. */
  readonly way: number;
  /** The side it was sent on. */
  readonly side: 0 | 1;
  /** The slot it belonged to, as the fabric said; -1 where nobody did. */
  readonly slot: number;
  readonly sentMs: number;
  readonly judgedMs: number;
}

/**
 * Which packets did not come out, one entry each, up to a number by reason: so that a flood of one reason
 * hides no other. What is not listed is counted, so that the sums hold. Allocates nothing per packet.
 */
export class LossLog {
  /** Packets of a reason that are not listed, by code. */
  readonly unlisted = new Float64Array(CODES);
  private readonly perCode: number;
  private readonly capacity: number;
  private readonly listed = new Int32Array(CODES);
  private readonly connection: Int32Array;
  private readonly step: Int32Array;
  private readonly slot: Int16Array;
  private readonly way: Uint8Array;
  /** Code, or -1 for an entry that was taken back. */
  private readonly code: Int16Array;
  private readonly sentMs: Float64Array;
  private readonly judgedMs: Float64Array;
  private used = 0;
  private free = NONE;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.perCode = Math.max(1, capacity >> 3);
    this.connection = new Int32Array(capacity);
    this.step = new Int32Array(capacity);
    this.slot = new Int16Array(capacity);
    this.way = new Uint8Array(capacity);
    this.code = new Int16Array(capacity).fill(NONE);
    this.sentMs = new Float64Array(capacity);
    this.judgedMs = new Float64Array(capacity);
  }

  /** Entries at hand, those that were taken back among them. */
  get size(): number {
    return this.used;
  }

  /** Notes the packet at that place of the ring. Answers the entry's number, or -1 where it is only counted. */
  add(ring: PacketRing, place: number, code: number, slot: number, sentMs: number, judgedMs: number): number {
    const entry = this.listed[code] < this.perCode ? this.take() : NONE;
    if (entry === NONE) {
      this.unlisted[code]++;
      return NONE;
    }
    this.listed[code]++;
    this.connection[entry] = ring.connection[place];
    this.step[entry] = ring.step[place];
    this.way[entry] = ring.way[place];
    this.slot[entry] = slot;
    this.code[entry] = code;
    this.sentMs[entry] = sentMs;
    this.judgedMs[entry] = judgedMs;
    return entry;
  }

  /** The packet came out after all, or something else became of it. `entry` as `add` answered. */
  takeBack(entry: number, code: number): void {
    if (entry === NONE) {
      this.unlisted[code]--;
      return;
    }
    this.listed[code]--;
    this.code[entry] = NONE;
    this.connection[entry] = this.free;
    this.free = entry;
  }

  /** The entry, or undefined where it was taken back. */
  at(entry: number): LostPacket | undefined {
    const code = this.code[entry];
    if (entry >= this.used || code === NONE) return undefined;
    return {
      connection: this.connection[entry],
      code,
      step: this.step[entry],
      way: this.way[entry] & 0x7f,
      side: this.way[entry] >>> 7 === 1 ? 1 : 0,
      slot: this.slot[entry],
      sentMs: this.sentMs[entry],
      judgedMs: this.judgedMs[entry],
    };
  }

  private take(): number {
    if (this.free !== NONE) {
      const entry = this.free;
      this.free = this.connection[entry];
      return entry;
    }
    return this.used < this.capacity ? this.used++ : NONE;
  }
}
