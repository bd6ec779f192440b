import { HEADER_WORDS } from './frames.js';

/**
 * Records of packet-carrying frames (packets, emit, batch, answer). The payload is a count, then per
 * record three words and, when it carries the packet, its bytes padded to whole words:
 *
 * | word | holds |
 * |---|---|
 * | 0 | id: ledger tag (packets, emit) or packet number (batch, answer) |
 * | 1 | packet length in bytes (16 bits; 0: no bytes follow), side (1 bit), flags (7 bits), code (8 bits) |
 * | 2 | aux: slot, or 0; in an emission also who handled the packet, see `emitAux` |
 *
 * A record of a batch with the flag `laterFragment` has one word before the packet, counted in its length: the ports
 * of the datagram's first fragment, as they stand there. A record of an answer with the flag `corrected` has two: the
 * slot its connection is at home in, and the epoch under which that slot was served. In an emission the flag stands
 * alone. `resteered`: the orchestrator handed the packet out more than once.
 */
export const RECORD_WORDS = 3;
export const MAX_PACKET_BYTES = 0xffff;
export const RECORD_FLAG = { laterFragment: 1, corrected: 2, resteered: 4 } as const;

/**
 * Aux of an emission: the packet's slot (low 16 bits), then by their numbers the member it was handed to last (8 bits; 0:
 * none) and, of a corrected packet, the member that serves its home slot (8 bits; else 0).
 */
export function emitAux(slot: number, member: number, home: number = 0): number {
  return slot | (member << 16) | (home << 24);
}

export function slotOfAux(aux: number): number {
  return aux & 0xffff;
}

export function memberOfAux(aux: number): number {
  return (aux >>> 16) & 0xff;
}

export function homeOfAux(aux: number): number {
  return aux >>> 24;
}
/** A frame this long is sent on: with one more packet it is still well under the bus's message limit of 1 MB. */
const FULL_WORDS = (256 * 1024) >> 2;

/** Builds the payload of one frame after another in one buffer; allocates nothing per packet. */
export class PacketFrameWriter {
  /** The frame under construction; its header is filled in by the channel that sends it. */
  words: Int32Array;
  /** Records so far. */
  count = 0;
  /** Words used so far, header included. */
  at = HEADER_WORDS + 1;

  constructor(capacityBytes = 64 * 1024) {
    this.words = new Int32Array(capacityBytes >> 2);
  }

  reset(): void {
    this.count = 0;
    this.at = HEADER_WORDS + 1;
  }

  /** Whether the frame should go before anything is added to it. */
  get full(): boolean {
    return this.at >= FULL_WORDS;
  }

  /** Appends a packet found at word `srcAt` of `src`; bits of `RECORD_FLAG` may stand above the bit of `side`. */
  add(id: number, lenBytes: number, side: number, code: number, aux: number, src: Int32Array, srcAt: number): void {
    const packetWords = (lenBytes + 3) >> 2;
    let at = this.at;
    if (at + RECORD_WORDS + packetWords > this.words.length) this.grow(RECORD_WORDS + packetWords);
    const words = this.words;
    words[at] = id;
    words[at + 1] = lenBytes | (side << 16) | (code << 24);
    words[at + 2] = aux;
    at += RECORD_WORDS;
    for (let i = 0; i < packetWords; i++) words[at + i] = src[srcAt + i] as number;
    this.at = at + packetWords;
    this.count++;
  }

  /** Appends a packet behind `headWords` words of `head`, which count in its length, `lenBytes`. */
  addHeaded(
    id: number,
    lenBytes: number,
    side: number,
    code: number,
    aux: number,
    head: Int32Array,
    headWords: number,
    src: Int32Array,
    srcAt: number,
  ): void {
    const payloadWords = (lenBytes + 3) >> 2;
    let at = this.at;
    if (at + RECORD_WORDS + payloadWords > this.words.length) this.grow(RECORD_WORDS + payloadWords);
    const words = this.words;
    words[at] = id;
    words[at + 1] = lenBytes | (side << 16) | (code << 24);
    words[at + 2] = aux;
    at += RECORD_WORDS;
    for (let i = 0; i < headWords; i++) words[at + i] = head[i] as number;
    for (let i = headWords; i < payloadWords; i++) words[at + i] = src[srcAt + i - headWords] as number;
    this.at = at + payloadWords;
    this.count++;
  }

  /** Appends a record without the packet: a drop, a loss, a refusal. */
  addBare(id: number, side: number, code: number, aux: number): void {
    const at = this.at;
    if (at + RECORD_WORDS > this.words.length) this.grow(RECORD_WORDS);
    const words = this.words;
    words[at] = id;
    words[at + 1] = (side << 16) | (code << 24);
    words[at + 2] = aux;
    this.at = at + RECORD_WORDS;
    this.count++;
  }

  /** Closes the payload; the frame is `words[0 … at)` until the next `reset`. */
  finish(): void {
    this.words[HEADER_WORDS] = this.count;
  }

  /** Hands out the frame, closed, and goes on with another buffer in its place. */
  swap(buffer: Int32Array): Int32Array {
    this.finish();
    const { words } = this;
    this.words = buffer;
    this.reset();
    return words;
  }

  private grow(neededWords: number): void {
    let size = this.words.length * 2;
    while (size < this.at + neededWords) size *= 2;
    const larger = new Int32Array(size);
    larger.set(this.words);
    this.words = larger;
  }
}

/** Walks the records of one frame; the fields describe the current record. */
export class PacketFrameReader {
  words: Int32Array = new Int32Array(0);
  count = 0;
  id = 0;
  lenBytes = 0;
  side = 0;
  /** Bits of `RECORD_FLAG`. */
  flags = 0;
  code = 0;
  aux = 0;
  /** Word index of the packet's bytes. */
  packetAt = 0;
  private next_ = 0;
  private left = 0;

  /** Takes a whole frame (header included) and checks all bounds once; false when they do not hold. */
  open(words: Int32Array): boolean {
    const end = words.length;
    if (end < HEADER_WORDS + 1) return false;
    const count = words[HEADER_WORDS] as number;
    let at = HEADER_WORDS + 1;
    for (let i = 0; i < count; i++) {
      if (at + RECORD_WORDS > end) return false;
      at += RECORD_WORDS + ((((words[at + 1] as number) & 0xffff) + 3) >> 2);
    }
    if (count < 0 || at !== end) return false;
    this.words = words;
    this.count = count;
    this.left = count;
    this.next_ = HEADER_WORDS + 1;
    return true;
  }

  next(): boolean {
    if (this.left === 0) return false;
    this.left--;
    const words = this.words;
    const at = this.next_;
    const meta = words[at + 1] as number;
    this.id = words[at] as number;
    this.lenBytes = meta & 0xffff;
    this.side = (meta >>> 16) & 1;
    this.flags = (meta >>> 17) & 0x7f;
    this.code = meta >>> 24;
    this.aux = words[at + 2] as number;
    this.packetAt = at + RECORD_WORDS;
    this.next_ = this.packetAt + ((this.lenBytes + 3) >> 2);
    return true;
  }
}
