import { FORM, PacketEnds, swapPorts } from './packet-words.js';

/** What of a connection's packets is compared. */
export const TUPLE = {
  /** Nothing: the packets have no endpoints in common. */
  none: 0,
  addresses: 1,
  /** Addresses and ports, or the identifier of ICMP questions. */
  whole: 2,
} as const;

/** What must never be, and is counted by name. */
export const VIOLATIONS = [
  /** A connection's packets came out with other endpoints than before. */
  'translation_changed',
  /** Two connections that live came out with the same endpoints. */
  'translation_shared',
  /** An answer came out that is not from where its asker had asked, or not to the asker. */
  'answer_misaddressed',
  /** A packet came out with a checksum that is off by something it was not off by. */
  'checksum_wrong',
] as const;
export type ViolationName = (typeof VIOLATIONS)[number];

const ASKED = 1;
const SEEN = 2;
const LISTED = 4;

/**
 * What the fabric makes of each connection's endpoints: as its first speaker sends them, and as the other
 * side sees them. Learned from the packets, so that any translation will do, and checked on every packet.
 * Words are kept as they stand in packets. 29 bytes a connection, and nothing is allocated per packet.
 */
export class Translations {
  readonly counts = new Float64Array(VIOLATIONS.length);
  /** One of TUPLE, by connection. */
  readonly compared: Uint8Array;
  /** The side at which the connection's first speaker stands. */
  readonly firstSide: Uint8Array;
  readonly askedSrc: Int32Array;
  readonly askedDst: Int32Array;
  readonly askedPorts: Int32Array;
  readonly seenSrc: Int32Array;
  readonly seenDst: Int32Array;
  readonly seenPorts: Int32Array;
  private readonly protocol: Uint8Array;
  private readonly state: Uint8Array;
  private readonly ends = new PacketEnds();
  /** Open addressing: connections + 1 by the endpoints the other side sees; 0 is free. */
  private readonly bySeen: Int32Array;
  private readonly mask: number;

  constructor(connections: number) {
    this.compared = new Uint8Array(connections).fill(TUPLE.whole);
    this.firstSide = new Uint8Array(connections);
    this.askedSrc = new Int32Array(connections);
    this.askedDst = new Int32Array(connections);
    this.askedPorts = new Int32Array(connections);
    this.seenSrc = new Int32Array(connections);
    this.seenDst = new Int32Array(connections);
    this.seenPorts = new Int32Array(connections);
    this.protocol = new Uint8Array(connections);
    this.state = new Uint8Array(connections);
    let places = 16;
    while (places < connections * 2) places *= 2;
    this.bySeen = new Int32Array(places);
    this.mask = places - 1;
  }

  /** Whether the other side knows the connection's endpoints as it sees them. */
  isSeen(connection: number): boolean {
    return (this.state[connection] & SEEN) !== 0;
  }

  /** Whether the other side sees what the first speaker sent. */
  isPlain(connection: number): boolean {
    const c = connection;
    return (
      (this.state[c] & SEEN) === 0 ||
      (this.seenSrc[c] === this.askedSrc[c] &&
        this.seenDst[c] === this.askedDst[c] &&
        this.seenPorts[c] === this.askedPorts[c])
    );
  }

  /** `source:port>destination:port` as the other side sees it; null where that is as it was sent, or not known. */
  seenAs(connection: number): string | null {
    if (this.isPlain(connection)) return null;
    const ports = this.seenPorts[connection];
    const end = (address: number, port: number): string =>
      `${[0, 8, 16, 24].map((shift) => (address >>> shift) & 0xff).join('.')}:${((port & 0xff) << 8) | (port >>> 8)}`;
    return `${end(this.seenSrc[connection], ports & 0xffff)}>${end(this.seenDst[connection], ports >>> 16)}`;
  }

  /** A packet goes into the fabric at that side. */
  sent(c: number, side: number, words: Int32Array, at: number, lenBytes: number): void {
    if ((this.state[c] & ASKED) !== 0 || side !== this.firstSide[c] || this.compared[c] === TUPLE.none) return;
    const { ends } = this;
    ends.read(words, at, lenBytes);
    if (ends.form !== FORM.plain) return;
    this.state[c] |= ASKED;
    this.protocol[c] = ends.protocol;
    this.askedSrc[c] = ends.src;
    this.askedDst[c] = ends.dst;
    this.askedPorts[c] = this.compared[c] === TUPLE.whole ? ends.ports : 0;
  }

  /** A packet that went in at that side came out. `lives`: the connection has not come to its end. */
  cameOut(c: number, side: number, words: Int32Array, at: number, lenBytes: number, lives: boolean): void {
    if (this.compared[c] === TUPLE.none || (this.state[c] & ASKED) === 0) return;
    const { ends } = this;
    ends.read(words, at, lenBytes);
    if (ends.form === FORM.none) return;
    if (side !== this.firstSide[c]) {
      if (!this.isAnswer(c)) this.violate('answer_misaddressed');
    } else if ((this.state[c] & SEEN) !== 0) {
      if (!this.isAsSeen(c)) this.violate('translation_changed');
    } else if (ends.form === FORM.plain) {
      this.learn(c, lives);
    }
  }

  /** The connection has come to its end: its endpoints may be used again. */
  forget(c: number): void {
    if ((this.state[c] & LISTED) === 0) return;
    this.state[c] &= ~LISTED;
    const { bySeen, mask } = this;
    let place = this.placeOf(c);
    while (bySeen[place] !== c + 1) place = (place + 1) & mask;
    // What stands behind moves up, so that searches meet no gap.
    let gap = place;
    for (let next = (gap + 1) & mask; bySeen[next] !== 0; next = (next + 1) & mask) {
      const home = this.placeOf(bySeen[next] - 1);
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      bySeen[gap] = bySeen[next];
      gap = next;
    }
    bySeen[gap] = 0;
  }

  violate(name: ViolationName): void {
    this.counts[VIOLATIONS.indexOf(name)]++;
  }

  /** Counts above zero, by name. */
  violations(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const [i, name] of VIOLATIONS.entries()) if (this.counts[i] > 0) out[name] = this.counts[i];
    return out;
  }

  private isAnswer(c: number): boolean {
    const { ends } = this;
    const whole = this.compared[c] === TUPLE.whole;
    if (ends.form === FORM.icmpError && (whole || this.protocol[c] !== ends.protocol)) {
      // Whoever sent the error, it must reach the asker and quote what the asker sent.
      if (ends.dst !== this.askedSrc[c] || ends.quotedSrc !== this.askedSrc[c]) return false;
      return ends.quotedDst === this.askedDst[c] && (!whole || ends.quotedPorts === this.askedPorts[c]);
    }
    if (ends.src !== this.askedDst[c] || ends.dst !== this.askedSrc[c]) return false;
    return !whole || ends.form === FORM.laterFragment || ends.ports === swapPorts(this.askedPorts[c]);
  }

  private isAsSeen(c: number): boolean {
    const { ends } = this;
    const whole = this.compared[c] === TUPLE.whole;
    if (ends.form === FORM.icmpError && whole) {
      if (ends.dst !== this.seenDst[c] || ends.quotedSrc !== this.seenDst[c]) return false;
      return ends.quotedDst === this.seenSrc[c] && swapPorts(ends.quotedPorts) === this.seenPorts[c];
    }
    if (ends.src !== this.seenSrc[c] || ends.dst !== this.seenDst[c]) return false;
    return !whole || ends.form === FORM.laterFragment || ends.ports === this.seenPorts[c];
  }

  private learn(c: number, lives: boolean): void {
    const { ends } = this;
    this.state[c] |= SEEN;
    this.seenSrc[c] = ends.src;
    this.seenDst[c] = ends.dst;
    this.seenPorts[c] = this.compared[c] === TUPLE.whole ? ends.ports : 0;
    if (lives) this.list(c);
  }

  private list(c: number): void {
    const { bySeen, mask } = this;
    let place = this.placeOf(c);
    for (; bySeen[place] !== 0; place = (place + 1) & mask) {
      const other = bySeen[place] - 1;
      // Connections of the plan that are one to the fabric, such as the flows of a tunnel, share what they have.
      if (this.looksLike(c, other) && !this.askedTheSame(c, other)) this.violate('translation_shared');
    }
    bySeen[place] = c + 1;
    this.state[c] |= LISTED;
  }

  private looksLike(a: number, b: number): boolean {
    return (
      this.seenSrc[a] === this.seenSrc[b] &&
      this.seenDst[a] === this.seenDst[b] &&
      this.seenPorts[a] === this.seenPorts[b] &&
      this.protocol[a] === this.protocol[b]
    );
  }

  private askedTheSame(a: number, b: number): boolean {
    return (
      this.askedSrc[a] === this.askedSrc[b] &&
      this.askedDst[a] === this.askedDst[b] &&
      this.askedPorts[a] === this.askedPorts[b]
    );
  }

  private placeOf(c: number): number {
    let h = Math.imul(this.seenSrc[c] ^ this.protocol[c], 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ this.seenDst[c], 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13) ^ this.seenPorts[c], 0xc2b2ae35);
    return (h ^ (h >>> 16)) & this.mask;
  }
}
