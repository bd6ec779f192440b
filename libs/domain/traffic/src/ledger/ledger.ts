import { LatencyHistogram } from '@rehearsal/kernel';
import type { OutcomeName } from './connection-book.js';
import { ConnectionBook, OUTCOME } from './connection-book.js';
import { Deferrals } from './deferrals.js';
import { FaultMark } from './fault-mark.js';
import { LossLog, NO_WORD } from './loss-log.js';
import { PACKET_STATE, PacketRing } from './packet-ring.js';
import { checksumResidue, contentSum, isFragment, isPiece } from './packet-words.js';
import { ReasonCounts } from './reason-counts.js';
import { Translations } from './translations.js';

export interface LedgerOptions {
  readonly connections: number;
  /** Packets remembered at a time, a power of two. */
  readonly capacity: number;
  readonly startMs: number;
  /** So that words about packets of an earlier ledger are strays to this one; by default 1. */
  readonly firstTag?: number;
  /** So many low bits of a tag count; those above tell one ledger from another. By default all 32. */
  readonly tagBits?: number;
  readonly reasonName: (code: number) => string;
  /** A loss is what a failure took; any other code is somebody's decision, a drop. */
  readonly isLoss: (code: number) => boolean;
  /** The drop by which the fabric puts the beginning of a connection off; by default there is none. */
  readonly deferralCode?: number;
  /** Packets of connections below this number have right checksums, and need no look when they are sent; by default 0. */
  readonly builtRight?: number;
  /** Packets that did not come out which are listed one by one; by default 65 536. */
  readonly lossesListed?: number;
}

const DEFAULT_LOSSES_LISTED = 65_536;

/** Packets by what became of them; `sent` equals the sum of the others, always. */
export interface Totals {
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly lost: number;
  /** Nothing known yet. */
  readonly outstanding: number;
  /** Nothing was known when the ledger had to forget them. */
  readonly expired: number;
}

/** What a delivery was to the ledger. */
export const DELIVERY = { unknown: 0, first: 1, duplicate: 2, corrupted: 3, overtaken: 4 } as const;
export type Delivery = (typeof DELIVERY)[keyof typeof DELIVERY];

export const MAX_MARKS = 64;

/**
 * The outside world's account of every packet: sent, then delivered, dropped or lost for a reason;
 * per connection and in all. Memory is bounded by the options; no packet allocates.
 * Times are ms of the caller's clock, which must not go back.
 */
export class Ledger {
  readonly options: LedgerOptions;
  readonly book: ConnectionBook;
  readonly ring: PacketRing;
  readonly latency = new LatencyHistogram();
  /** Of packets that another member answered than the one they were steered to; `latency` holds them too. */
  readonly correctedLatency = new LatencyHistogram();
  readonly reasons = new ReasonCounts();
  readonly losses: LossLog;
  readonly translations: Translations;
  readonly deferrals: Deferrals;
  readonly marks: FaultMark[];
  openConnections = 0;
  sent = 0;
  delivered = 0;
  dropped = 0;
  lost = 0;
  outstanding = 0;
  expired = 0;
  duplicated = 0;
  reordered = 0;
  corrupted = 0;
  resent = 0;
  /** Words of the fabric about packets the ledger never sent or has forgotten. */
  strays = 0;
  /** Packets about which the fabric said two different things. A delivery outweighs the rest. */
  contradicted = 0;
  /** Packets presumed lost of which the fabric spoke after all. */
  revised = 0;
  private readonly builtRight: number;
  /** Bits of a tag that do not count. */
  private readonly aboveTag: number;
  private mark_: FaultMark;

  constructor(options: LedgerOptions) {
    this.options = options;
    this.book = new ConnectionBook(options.connections);
    this.ring = new PacketRing(options.capacity, options.firstTag ?? 1, options.tagBits);
    this.aboveTag = 32 - (options.tagBits ?? 32);
    this.builtRight = options.builtRight ?? 0;
    this.losses = new LossLog(options.lossesListed ?? DEFAULT_LOSSES_LISTED);
    this.translations = new Translations(options.connections);
    this.deferrals = new Deferrals(options.connections);
    this.mark_ = new FaultMark('start', options.startMs, this.book);
    this.marks = [this.mark_];
  }

  /** Notes a packet that goes into the fabric now; returns its tag. */
  send(
    connection: number,
    side: 0 | 1,
    step: number,
    way: number,
    words: Int32Array,
    at: number,
    lenBytes: number,
    nowMs: number,
  ): number {
    const { ring, book } = this;
    if (ring.state[ring.nextPlace] === PACKET_STATE.outstanding) this.expire(ring.nextPlace, nowMs);
    const tag = ring.take();
    const place = tag & ring.mask;
    ring.state[place] = PACKET_STATE.outstanding;
    ring.connection[place] = connection;
    ring.step[place] = step;
    ring.way[place] = way | (side << 7);
    ring.sentUs[place] = this.microseconds(nowMs);
    ring.sum[place] = contentSum(words, at, lenBytes);
    const isRight = connection < this.builtRight && !isFragment(words, at);
    ring.residue[place] = isRight ? 0 : checksumResidue(words, at, lenBytes);
    ring.code[place] = 0;
    this.translations.sent(connection, side, words, at, lenBytes);
    this.sent++;
    this.outstanding++;
    book.sent[connection]++;
    book.underWay[connection]++;
    if (book.waitingSinceMs[connection] < 0) book.waitingSinceMs[connection] = nowMs;
    return tag;
  }

  /**
   * A packet left the fabric with these bytes. A copy of one that already left counts as duplicated only. One that was
   * given up with its way, and that newer ones of its direction have overtaken on another, is no longer taken: it
   * stays lost.
   * `corrected`: on its way another member than the first had to be asked.
   */
  deliver(
    tag: number,
    words: Int32Array,
    at: number,
    lenBytes: number,
    nowMs: number,
    corrected: boolean = false,
  ): Delivery {
    const { ring, book } = this;
    const place = ring.placeOf(tag);
    if (place < 0) {
      this.strays++;
      return DELIVERY.unknown;
    }
    const connection = ring.connection[place];
    if (ring.state[place] === PACKET_STATE.delivered) {
      this.duplicated++;
      book.duplicated[connection]++;
      return DELIVERY.duplicate;
    }
    const direction = connection * 2 + (ring.way[place] >>> 7);
    if (ring.state[place] === PACKET_STATE.presumedLost && this.isOvertaken(tag, direction)) return DELIVERY.overtaken;
    this.retract(place, connection);
    ring.state[place] = PACKET_STATE.delivered;
    this.delivered++;
    book.delivered[connection]++;
    if (this.deferrals.connections > 0) this.deferrals.cameOut(connection, nowMs);
    // Pieces of a datagram may overtake each other: whoever needs the first one keeps the others until it comes.
    if (!isPiece(words, at, lenBytes)) this.noteOrder(tag, direction, connection);
    const latencyUs = (this.microseconds(nowMs) - ring.sentUs[place]) >>> 0;
    this.latency.record(latencyUs);
    if (corrected) this.correctedLatency.record(latencyUs);
    this.noteHeard(connection, nowMs, latencyUs);
    if (this.isWhole(place, words, at, lenBytes)) {
      const lives = book.outcome[connection] === OUTCOME.open;
      this.translations.cameOut(connection, ring.way[place] >>> 7, words, at, lenBytes, lives);
      return DELIVERY.first;
    }
    this.corrupted++;
    book.corrupted[connection]++;
    return DELIVERY.corrupted;
  }

  /**
   * A packet will not leave the fabric, for the reason of that code; `slot` is the one it belongs to, -1 where
   * nobody said. False when the word changes nothing.
   */
  judge(tag: number, code: number, nowMs: number, slot: number = -1): boolean {
    const place = this.ring.placeOf(tag);
    if (place < 0) {
      this.strays++;
      return false;
    }
    const state = this.ring.state[place];
    if (state !== PACKET_STATE.outstanding && state !== PACKET_STATE.presumedLost) {
      // A repeat of the same word is harmless; another word is worth knowing.
      if (this.ring.code[place] !== code) this.contradicted++;
      return false;
    }
    this.putAway(place, code, this.options.isLoss(code) ? PACKET_STATE.lost : PACKET_STATE.dropped, nowMs, slot);
    return true;
  }

  /** Names every packet under way on that way into the fabric lost, until the fabric says otherwise. Returns how many. */
  presumeLost(way: number, code: number, nowMs: number): number {
    const { ring, book } = this;
    let named = 0;
    for (let place = 0; place < ring.capacity; place++) {
      if (ring.state[place] !== PACKET_STATE.outstanding || (ring.way[place] & 0x7f) !== way) continue;
      const connection = ring.connection[place];
      if (book.firstDeliveredMs[connection] < 0) book.beginningGivenUp[connection] = 1;
      this.putAway(place, code, PACKET_STATE.presumedLost, nowMs, -1);
      named++;
    }
    return named;
  }

  /** The tags of all packets under way on that way into the fabric. */
  eachUnderWay(way: number, take: (tag: number) => void): void {
    const { ring } = this;
    for (let place = 0; place < ring.capacity; place++) {
      if (ring.state[place] === PACKET_STATE.outstanding && (ring.way[place] & 0x7f) === way) take(ring.tag[place]);
    }
  }

  connectionOf(tag: number): number {
    return this.ring.connection[tag & this.ring.mask];
  }

  stepOf(tag: number): number {
    return this.ring.step[tag & this.ring.mask];
  }

  wayOf(tag: number): number {
    return this.ring.way[tag & this.ring.mask] & 0x7f;
  }

  open(connection: number, kind: number, nowMs: number): void {
    this.book.kind[connection] = kind;
    this.book.outcome[connection] = OUTCOME.open;
    this.openConnections++;
    this.book.openedMs[connection] = nowMs;
  }

  close(connection: number, outcome: OutcomeName, nowMs: number): void {
    this.expect(connection, false, nowMs);
    if (this.book.outcome[connection] === OUTCOME.open) this.openConnections--;
    this.book.outcome[connection] = OUTCOME[outcome];
    this.book.closedMs[connection] = nowMs;
    this.translations.forget(connection);
  }

  /** An endpoint of the connection begins or ends to wait for an answer. */
  expect(connection: number, waits: boolean, nowMs: number): void {
    const { book } = this;
    book.expecting[connection] = waits ? 1 : 0;
    if (!waits) this.endWaitIfIdle(connection, nowMs);
    else if (book.waitingSinceMs[connection] < 0) book.waitingSinceMs[connection] = nowMs;
  }

  /** The connection's next packet is beyond its script: a retransmission, or an answer to one. */
  noteResent(connection: number): void {
    this.resent++;
    this.book.resent[connection]++;
  }

  /** Begins a new stretch of measuring: what is open now, and silence and latency from now on. */
  mark(name: string, nowMs: number): FaultMark {
    if (this.marks.length > MAX_MARKS) {
      throw new RangeError(`mark ${name}: expected at most ${MAX_MARKS} marks in a run; start a new run`);
    }
    const { book } = this;
    for (let c = 0; c < book.size; c++) {
      if (book.waitingSinceMs[c] >= 0) this.mark_.silent(c, book.waitingSinceMs[c], nowMs);
    }
    this.mark_ = new FaultMark(name, nowMs, book);
    this.marks.push(this.mark_);
    return this.mark_;
  }

  /** Longest silence of a connection since a mark, the one that lasts included. */
  silenceSince(mark: FaultMark, connection: number, nowMs: number): number {
    const since = this.book.waitingSinceMs[connection];
    const current = mark === this.mark_ && since >= 0 ? nowMs - Math.max(since, mark.atMs) : 0;
    return Math.max(mark.silenceMs[connection], current);
  }

  totals(): Totals {
    const { sent, delivered, dropped, lost, outstanding, expired } = this;
    return { sent, delivered, dropped, lost, outstanding, expired };
  }

  private microseconds(nowMs: number): number {
    return Math.floor((nowMs - this.options.startMs) * 1000) >>> 0;
  }

  /** When the packet at that place was sent: the ring keeps 32 bits of microseconds, and forgets within an hour. */
  private sentMs(place: number, nowMs: number): number {
    return nowMs - ((this.microseconds(nowMs) - this.ring.sentUs[place]) >>> 0) / 1000;
  }

  private noteOrder(tag: number, direction: number, connection: number): void {
    const { book } = this;
    if (this.isOvertaken(tag, direction)) {
      this.reordered++;
      book.reordered[connection]++;
    } else {
      book.highestTag[direction] = tag;
    }
  }

  /** Whether a later packet of that direction of a connection has left the fabric. */
  private isOvertaken(tag: number, direction: number): boolean {
    const highest = this.book.highestTag[direction];
    return highest !== 0 && (tag - highest) << this.aboveTag < 0;
  }

  private noteHeard(connection: number, nowMs: number, latencyUs: number): void {
    const { book } = this;
    if (book.firstDeliveredMs[connection] < 0) book.firstDeliveredMs[connection] = nowMs;
    book.lastDeliveredMs[connection] = nowMs;
    this.mark_.heard(connection, nowMs, latencyUs);
    this.noteSilence(connection, nowMs);
    const waits = book.underWay[connection] > 0 || book.expecting[connection] === 1;
    book.waitingSinceMs[connection] = waits ? nowMs : -1;
  }

  private noteSilence(connection: number, nowMs: number): void {
    const { book } = this;
    const since = book.waitingSinceMs[connection];
    if (since < 0) return;
    if (nowMs - since > book.longestSilenceMs[connection]) book.longestSilenceMs[connection] = nowMs - since;
    this.mark_.silent(connection, since, nowMs);
  }

  private endWaitIfIdle(connection: number, nowMs: number): void {
    const { book } = this;
    if (book.underWay[connection] > 0 || book.expecting[connection] === 1) return;
    this.noteSilence(connection, nowMs);
    book.waitingSinceMs[connection] = -1;
  }

  private isWhole(place: number, words: Int32Array, at: number, lenBytes: number): boolean {
    if (this.ring.sum[place] !== contentSum(words, at, lenBytes)) return false;
    if (this.ring.residue[place] === checksumResidue(words, at, lenBytes)) return true;
    this.translations.violate('checksum_wrong');
    return false;
  }

  private putAway(place: number, code: number, state: number, nowMs: number, slot: number): void {
    const { ring, book } = this;
    const connection = ring.connection[place];
    this.retract(place, connection);
    ring.state[place] = state;
    ring.code[place] = code;
    const sentMs = this.sentMs(place, nowMs);
    ring.entry[place] = this.losses.add(ring, place, code, slot, sentMs, nowMs);
    this.reasons.add(connection, code, 1);
    if (state === PACKET_STATE.dropped) {
      this.dropped++;
      book.dropped[connection]++;
      if (code === this.options.deferralCode) this.deferrals.putOff(connection, sentMs);
      if (this.isTooEarly(connection, sentMs)) book.droppedTooEarly[connection]++;
    } else {
      this.lost++;
      book.lost[connection]++;
      // What a failure took was still wanted: an open connection's silence goes on.
      if (book.outcome[connection] === OUTCOME.open) return;
    }
    this.endWaitIfIdle(connection, nowMs);
  }

  /** Whether a packet sent then went another way than what was to begin its connection, and came before it. */
  private isTooEarly(connection: number, sentMs: number): boolean {
    const { book } = this;
    const firstMs = book.firstDeliveredMs[connection];
    return book.beginningGivenUp[connection] === 1 && (firstMs < 0 || sentMs < firstMs);
  }

  /** Takes back what is on record of a packet of which there is something new to say. */
  private retract(place: number, connection: number): void {
    const { ring, book } = this;
    const state = ring.state[place];
    if (state === PACKET_STATE.outstanding) {
      this.outstanding--;
      book.underWay[connection]--;
      return;
    }
    if (state === PACKET_STATE.presumedLost) this.revised++;
    else this.contradicted++;
    this.reasons.add(connection, ring.code[place], -1);
    this.losses.takeBack(ring.entry[place], ring.code[place]);
    if (state === PACKET_STATE.dropped) {
      this.dropped--;
      book.dropped[connection]--;
    } else {
      this.lost--;
      book.lost[connection]--;
    }
  }

  private expire(place: number, nowMs: number): void {
    const connection = this.ring.connection[place];
    this.ring.state[place] = PACKET_STATE.free;
    this.outstanding--;
    this.book.underWay[connection]--;
    this.expired++;
    this.book.expired[connection]++;
    this.losses.add(this.ring, place, NO_WORD, -1, this.sentMs(place, nowMs), nowMs);
    this.endWaitIfIdle(connection, nowMs);
  }
}
