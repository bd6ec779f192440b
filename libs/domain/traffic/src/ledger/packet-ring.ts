export const PACKET_STATE = {
  free: 0,
  outstanding: 1,
  delivered: 2,
  dropped: 3,
  lost: 4,
  /** Named lost by the outside world itself; a later word of the fabric replaces it. */
  presumedLost: 5,
} as const;

/**
 * The packets the ledger remembers, by tag: a ring of typed arrays, 30 bytes a packet. A tag is a number whose low
 * bits count up and wrap; the bits above stay as they are in the first one, so that several rings may share the 32 bits
 * and no tag of one is ever one of another. The ring forgets a packet when its place is needed.
 */
export class PacketRing {
  readonly mask: number;
  readonly tag: Uint32Array;
  readonly connection: Int32Array;
  /** What the packet was in its sender's script; opaque here. */
  readonly step: Int32Array;
  /** Microseconds since the ledger's start, modulo 2^32. */
  readonly sentUs: Uint32Array;
  /** As `contentSum` and `checksumResidue` say of the packet as it was sent. */
  readonly sum: Int32Array;
  readonly residue: Int32Array;
  /** Entry in the log of losses; -1: none. */
  readonly entry: Int32Array;
  readonly state: Uint8Array;
  /** Low 7 bits: which way into the fabric it took; high bit: the side it was sent on. */
  readonly way: Uint8Array;
  /** Reason code of a packet that was dropped or lost. */
  readonly code: Uint8Array;
  /** The tag the next packet gets. */
  nextTag: number;
  /** What all tags have in common, and the bits that count. */
  private readonly prefix: number;
  private readonly counting: number;

  /** `capacity` packets, a power of two; `tagBits` low bits of a tag count. */
  constructor(capacity: number, firstTag: number, tagBits: number = 32) {
    this.nextTag = firstTag >>> 0;
    this.counting = 0xffffffff >>> (32 - tagBits);
    this.prefix = this.nextTag & ~this.counting;
    if (capacity < 2 || capacity > 2 ** 26 || (capacity & (capacity - 1)) !== 0) {
      throw new RangeError(`ledger of ${capacity} packets: expected a power of two from 2 to ${2 ** 26}`);
    }
    this.mask = capacity - 1;
    this.tag = new Uint32Array(capacity);
    this.connection = new Int32Array(capacity);
    this.step = new Int32Array(capacity);
    this.sentUs = new Uint32Array(capacity);
    this.sum = new Int32Array(capacity);
    this.residue = new Int32Array(capacity);
    this.entry = new Int32Array(capacity);
    this.state = new Uint8Array(capacity);
    this.way = new Uint8Array(capacity);
    this.code = new Uint8Array(capacity);
  }

  get capacity(): number {
    return this.mask + 1;
  }

  /** Place of the next packet to be sent; what it held is about to be forgotten. */
  get nextPlace(): number {
    return this.nextTag & this.mask;
  }

  /** Takes the next tag; the caller fills in the rest at its place. */
  take(): number {
    const tag = this.nextTag;
    this.nextTag = (this.prefix | ((tag + 1) & this.counting)) >>> 0;
    this.tag[tag & this.mask] = tag;
    return tag;
  }

  /** Where a tag's packet is kept, or -1 when it was never sent or is forgotten. */
  placeOf(tag: number): number {
    const place = tag & this.mask;
    return this.tag[place] === tag >>> 0 && this.state[place] !== PACKET_STATE.free ? place : -1;
  }
}
