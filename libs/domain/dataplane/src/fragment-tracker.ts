import { NONE } from './connection-table.js';
import { PROTO_ICMP, hasPorts } from './packet-key.js';
import { icmpPorts, isFragment, isLaterFragment } from './packet-layout.js';

/** Datagrams remembered; with more the oldest go, so that a flood of first fragments takes no memory. */
const DATAGRAMS = 1 << 14;
/** Room for each fragment that may be held, in words: few are longer than the 1500 bytes of a usual network. */
const WORDS_PER_HELD = 384;
const UNKNOWN = -1;

export interface FragmentOptions {
  /** At most so many fragments wait for their first one (fidelity: F-FRAG-HELD). */
  readonly maxHeld: number;
  /** How long a datagram is remembered, and a fragment held (fidelity: F-FRAG-TIMEOUT). */
  readonly timeoutMs: number;
  /** A held fragment is given up: its first one did not come in time, or there was no room to remember it. */
  readonly drop: (tag: number, side: number, why: 'timeout' | 'overflow') => void;
}

/** What a packet is to its datagram: all of it, its first fragment, or one that lacks the ports. */
export const FRAGMENT = { none: 0, first: 1, later: 2 } as const;

/** The `FRAGMENT` of the packet at word `at`. Protocols without ports need no first fragment: `none` for all theirs. */
export function fragmentOf(words: Int32Array, at: number, lenBytes: number): number {
  if (lenBytes < 20) return FRAGMENT.none;
  const word = words[at + 1] as number;
  if (!isFragment(word) || ((words[at] as number) & 0xf0) !== 0x40) return FRAGMENT.none;
  if (!hasPorts(((words[at + 2] as number) >>> 8) & 0xff)) return FRAGMENT.none;
  return isLaterFragment(word) ? FRAGMENT.later : FRAGMENT.first;
}

/** A fragment that was held and whose first one has come; `verdict` is not 0 where that was refused. */
export type Release = (
  tag: number,
  side: number,
  lenBytes: number,
  words: Int32Array,
  at: number,
  ports: number,
  verdict: number,
) => void;

/**
 * Which ports the later fragments of a datagram have, and the fragments that came before their first one.
 *
 * Fixed arrays, no allocation after construction. A datagram is (source, destination, identification, protocol);
 * it is remembered for `timeoutMs` from the first of its packets seen here.
 */
export class FragmentTracker {
  /** Fragments that wait for their first one. */
  held = 0;
  private readonly options: FragmentOptions;
  // Datagrams, a ring by age.
  private readonly src = new Int32Array(DATAGRAMS);
  private readonly dst = new Int32Array(DATAGRAMS);
  private readonly idProto = new Int32Array(DATAGRAMS);
  private readonly ports = new Int32Array(DATAGRAMS);
  /** Verdict on the first fragment, 0 if it goes on; UNKNOWN until it has come. */
  private readonly verdict = new Int16Array(DATAGRAMS);
  private readonly seenMs = new Float64Array(DATAGRAMS);
  private readonly bucketNext = new Int32Array(DATAGRAMS);
  /** First and last fragment held for it. */
  private readonly first = new Int32Array(DATAGRAMS);
  private readonly last = new Int32Array(DATAGRAMS);
  private readonly buckets = new Int32Array(DATAGRAMS * 2).fill(NONE);
  private oldest = 0;
  private datagrams = 0;
  // Held fragments, a ring by age, and a ring of their bytes.
  private readonly tag: Int32Array;
  /** Length (16 bits) and side (bit 16); 0: no longer held. */
  private readonly meta: Int32Array;
  private readonly at: Int32Array;
  private readonly next: Int32Array;
  private readonly words: Int32Array;
  private heldOldest = 0;
  private heldPlaces = 0;
  private wordsTail = 0;
  /** Datagrams whose first fragment came while others were held. */
  private readonly ready: Int32Array;
  private readyCount = 0;

  constructor(options: FragmentOptions) {
    const { maxHeld } = options;
    this.options = options;
    this.tag = new Int32Array(maxHeld);
    this.meta = new Int32Array(maxHeld);
    this.at = new Int32Array(maxHeld);
    this.next = new Int32Array(maxHeld);
    this.words = new Int32Array(maxHeld * WORDS_PER_HELD);
    this.ready = new Int32Array(maxHeld);
  }

  /**
   * Notes the first fragment at word `at`, whose `verdict` is not 0 if it was refused. Fragments held for it can be
   * released now.
   */
  remember(words: Int32Array, at: number, verdict: number, nowMs: number): void {
    this.expire(nowMs);
    let d = this.find(words, at);
    // A datagram under the name of an earlier one, as when it is sent again, has the whole time for itself.
    if (d === NONE || this.verdict[d] !== UNKNOWN) d = this.add(words, at, nowMs);
    const waited = this.verdict[d] === UNKNOWN && this.first[d] !== NONE;
    this.verdict[d] = verdict;
    this.ports[d] = verdict === 0 ? portsAt(words, at) : 0;
    if (waited && this.readyCount < this.ready.length) this.ready[this.readyCount++] = d;
  }

  /** The datagram of the later fragment at word `at` if its first one has come, else -1. */
  datagramOf(words: Int32Array, at: number, nowMs: number): number {
    this.expire(nowMs);
    const d = this.find(words, at);
    return d === NONE || this.verdict[d] === UNKNOWN ? NONE : d;
  }

  /** Ports of a datagram as they stand in its first fragment. */
  portsOf(datagram: number): number {
    return this.ports[datagram] as number;
  }

  /** The verdict that refused its first fragment, or 0. */
  verdictOf(datagram: number): number {
    return this.verdict[datagram] as number;
  }

  /** Keeps a later fragment until its first one comes. False: there is no room. */
  hold(tag: number, side: number, lenBytes: number, words: Int32Array, at: number, nowMs: number): boolean {
    const count = (lenBytes + 3) >> 2;
    const to = this.heldPlaces === this.tag.length ? NONE : this.room(count);
    if (to === NONE) return false;
    let d = this.find(words, at);
    if (d === NONE) d = this.add(words, at, nowMs);
    const place = (this.heldOldest + this.heldPlaces) % this.tag.length;
    this.heldPlaces++;
    this.held++;
    for (let i = 0; i < count; i++) this.words[to + i] = words[at + i] as number;
    this.wordsTail = to + count;
    this.tag[place] = tag;
    this.meta[place] = lenBytes | (side << 16);
    this.at[place] = to;
    this.next[place] = NONE;
    if (this.first[d] === NONE) this.first[d] = place;
    else this.next[this.last[d] as number] = place;
    this.last[d] = place;
    return true;
  }

  /** Hands over the fragments whose first one has come, those of a datagram in the order they came in. */
  release(take: Release): void {
    for (let i = 0; i < this.readyCount; i++) {
      const d = this.ready[i] as number;
      // Its place may have gone to another datagram meanwhile.
      if (this.verdict[d] === UNKNOWN) continue;
      let place = this.first[d] as number;
      this.first[d] = NONE;
      while (place !== NONE) {
        const meta = this.meta[place] as number;
        const [ports, verdict] = [this.ports[d] as number, this.verdict[d] as number];
        const at = this.at[place] as number;
        take(this.tag[place] as number, meta >>> 16, meta & 0xffff, this.words, at, ports, verdict);
        place = this.leave(place);
      }
    }
    this.readyCount = 0;
    this.trim();
  }

  /** Forgets datagrams that are too old, and gives up what is held for them. */
  expire(nowMs: number): void {
    while (this.datagrams > 0 && nowMs - (this.seenMs[this.oldest] as number) >= this.options.timeoutMs) {
      this.forgetOldest('timeout');
    }
  }

  /** Forgets everything without a word. */
  clear(): void {
    this.buckets.fill(NONE);
    this.datagrams = 0;
    this.held = 0;
    this.heldPlaces = 0;
    this.readyCount = 0;
  }

  private find(words: Int32Array, at: number): number {
    const src = words[at + 3] as number;
    const dst = words[at + 4] as number;
    const idProto = idProtoAt(words, at);
    let d = this.buckets[this.bucketOf(src, dst, idProto)] as number;
    while (d !== NONE && (this.idProto[d] !== idProto || this.src[d] !== src || this.dst[d] !== dst)) {
      d = this.bucketNext[d] as number;
    }
    return d;
  }

  private add(words: Int32Array, at: number, nowMs: number): number {
    this.expire(nowMs);
    if (this.datagrams === DATAGRAMS) this.forgetOldest('overflow');
    const d = (this.oldest + this.datagrams) & (DATAGRAMS - 1);
    this.datagrams++;
    const src = words[at + 3] as number;
    const dst = words[at + 4] as number;
    const idProto = idProtoAt(words, at);
    const bucket = this.bucketOf(src, dst, idProto);
    this.src[d] = src;
    this.dst[d] = dst;
    this.idProto[d] = idProto;
    this.verdict[d] = UNKNOWN;
    this.seenMs[d] = nowMs;
    this.first[d] = NONE;
    this.bucketNext[d] = this.buckets[bucket] as number;
    this.buckets[bucket] = d;
    return d;
  }

  private forgetOldest(why: 'timeout' | 'overflow'): void {
    const d = this.oldest;
    const bucket = this.bucketOf(this.src[d] as number, this.dst[d] as number, this.idProto[d] as number);
    let link = this.buckets[bucket] as number;
    if (link === d) this.buckets[bucket] = this.bucketNext[d] as number;
    else {
      while (this.bucketNext[link] !== d) link = this.bucketNext[link] as number;
      this.bucketNext[link] = this.bucketNext[d] as number;
    }
    let place = this.first[d] as number;
    while (place !== NONE) {
      const meta = this.meta[place] as number;
      this.options.drop(this.tag[place] as number, meta >>> 16, why);
      place = this.leave(place);
    }
    this.first[d] = NONE;
    this.trim();
    this.oldest = (d + 1) & (DATAGRAMS - 1);
    this.datagrams--;
  }

  /** The fragment is no longer held; answers the next of its datagram. */
  private leave(place: number): number {
    this.meta[place] = 0;
    this.held--;
    return this.next[place] as number;
  }

  /** Gives back the room of the oldest places that hold nothing any more. */
  private trim(): void {
    while (this.heldPlaces > 0 && this.meta[this.heldOldest] === 0) {
      this.heldOldest = (this.heldOldest + 1) % this.tag.length;
      this.heldPlaces--;
    }
  }

  /** Where so many words can stand in one piece, or -1. */
  private room(count: number): number {
    const size = this.words.length;
    if (this.heldPlaces === 0) return count <= size ? 0 : NONE;
    const head = this.at[this.heldOldest] as number;
    const tail = this.wordsTail;
    if (tail > head) {
      if (tail + count <= size) return tail;
      return count < head ? 0 : NONE;
    }
    return tail + count < head ? tail : NONE;
  }

  private bucketOf(src: number, dst: number, idProto: number): number {
    const h = Math.imul(src ^ Math.imul(dst, 0x85ebca77) ^ Math.imul(idProto, 0xc2b2ae3d), 0x9e3779b1);
    return (h ^ (h >>> 15)) & (this.buckets.length - 1);
  }
}

function idProtoAt(words: Int32Array, at: number): number {
  return ((words[at + 1] as number) << 16) | (((words[at + 2] as number) >>> 8) & 0xff);
}

/** Ports of the first fragment at word `at`, as a `PacketKey` reads them. */
function portsAt(words: Int32Array, at: number): number {
  const l4 = at + ((words[at] as number) & 15);
  const isIcmp = (((words[at + 2] as number) >>> 8) & 0xff) === PROTO_ICMP;
  return isIcmp ? icmpPorts(words, l4) : (words[l4] as number);
}
