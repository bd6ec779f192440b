import type { CaptureLimits, CaptureSink, How, LimitName } from './captured-records.js';
import {
  BEGIN_WORDS,
  END_WORDS,
  FATE_WORDS,
  FORMAT_MARK,
  FULL_WORDS,
  GAP_WORDS,
  HOW,
  LIMIT,
  RECORD,
  SENT_WORDS,
} from './captured-records.js';

/** Room for the longest packet and its record, twice. */
const BUFFER_WORDS = 1 << 15;
const WORD_BYTES = 4;
/** Kept for what is said at the end of a file. */
const LAST_BYTES = (FULL_WORDS + GAP_WORDS + END_WORDS) * WORD_BYTES;

/**
 * Captures what the outside world sends, whole, and what it hears of each packet. It stops taking packets at the first limit
 * it reaches, and goes on taking the fates of those it has. Allocates nothing per packet.
 */
export class PacketCapture {
  /** Packets captured, those that were sent after a limit was reached, and words about packets there was no room for then. */
  packets = 0;
  missed = 0;
  missedFates = 0;
  /** Packets and fates that found no room on their way into the file. */
  lostPackets = 0;
  lostFates = 0;
  /** The limit that was reached. */
  full: LimitName | undefined;
  private readonly limits: CaptureLimits;
  private readonly sink: CaptureSink;
  private readonly words = new Int32Array(BUFFER_WORDS);
  private at = 0;
  /** Length of the file with all that is in the buffer, and with the one fate each packet is owed. */
  private bytes: number;
  private lastTag = 0;
  private firstTag = 0;
  private packetsInBuffer = 0;
  private fatesInBuffer = 0;
  /** Of those that found no room: said in the file, and said in the buffer. */
  private toldPackets = 0;
  private toldFates = 0;
  private tellingPackets = 0;
  private tellingFates = 0;
  private ended = false;

  constructor(limits: CaptureLimits, sink: CaptureSink, nowMs: number) {
    this.limits = limits;
    this.sink = sink;
    this.bytes = sink.heldBytes + LAST_BYTES + BEGIN_WORDS * WORD_BYTES;
    const at = this.begin(RECORD.begin, BEGIN_WORDS, nowMs);
    this.words[at + 3] = FORMAT_MARK;
  }

  /** A packet goes into the fabric: `lenBytes` from word `from` of `src` on. */
  sent(
    tag: number,
    connection: number,
    side: number,
    way: number,
    src: Int32Array,
    from: number,
    lenBytes: number,
    nowMs: number,
  ): void {
    const packetWords = (lenBytes + 3) >> 2;
    const needed = (SENT_WORDS + packetWords + FATE_WORDS) * WORD_BYTES;
    if (this.full !== undefined || this.packets >= this.limits.maxPackets || this.isBeyond(needed)) {
      if (this.full === undefined) this.stopAt(this.packets >= this.limits.maxPackets ? 'packets' : 'bytes', nowMs);
      this.missed++;
      return;
    }
    const at = this.begin(RECORD.sent | (side << 8) | (way << 16), SENT_WORDS + packetWords, nowMs);
    const { words } = this;
    words[at + 3] = tag;
    words[at + 4] = connection;
    words[at + 5] = lenBytes;
    for (let i = 0; i < packetWords; i++) words[at + SENT_WORDS + i] = src[from + i] as number;
    if (this.packets === 0) this.firstTag = tag;
    this.lastTag = tag;
    this.packets++;
    this.packetsInBuffer++;
    this.bytes += needed;
  }

  /** What became of a packet, as the fabric says: `code`, `flags` and `aux` as in the record of the emission. */
  fate(tag: number, how: How, code: number, flags: number, aux: number, nowMs: number): void {
    // What was sent before, or after the limit was reached, is not in the file.
    if (this.packets === 0 || ((tag - this.firstTag) | 0) < 0 || ((this.lastTag - tag) | 0) < 0) return;
    // The last word about a packet has its room already.
    const isOwed = how === HOW.judged || how === HOW.delivered || how === HOW.corrupted;
    if (!isOwed && this.isBeyond(FATE_WORDS * WORD_BYTES)) {
      this.missedFates++;
      return;
    }
    const at = this.begin(RECORD.fate | (how << 8) | (flags << 16) | (code << 24), FATE_WORDS, nowMs);
    this.words[at + 3] = tag;
    this.words[at + 4] = aux;
    this.fatesInBuffer++;
    if (!isOwed) this.bytes += FATE_WORDS * WORD_BYTES;
  }

  /** Hands on what is in the buffer. */
  flush(nowMs: number): void {
    if (this.at > 0) {
      if (this.sink.write(this.words.subarray(0, this.at))) {
        this.toldPackets += this.tellingPackets;
        this.toldFates += this.tellingFates;
      } else {
        this.lostPackets += this.packetsInBuffer;
        this.lostFates += this.fatesInBuffer;
      }
      this.at = 0;
      this.packetsInBuffer = 0;
      this.fatesInBuffer = 0;
      this.tellingPackets = 0;
      this.tellingFates = 0;
    }
    this.tellGap(nowMs);
  }

  /** Nothing more comes. */
  end(nowMs: number, done: () => void): void {
    if (this.ended) {
      done();
      return;
    }
    this.ended = true;
    const at = this.begin(RECORD.end, END_WORDS, nowMs);
    this.words[at + 3] = this.missed;
    this.words[at + 4] = this.missedFates;
    this.sink.end(this.words.subarray(0, this.at), done);
  }

  private isBeyond(neededBytes: number): boolean {
    return this.bytes + neededBytes > this.limits.maxBytes;
  }

  private stopAt(limit: LimitName, nowMs: number): void {
    this.full = limit;
    this.begin(RECORD.full | (LIMIT[limit] << 8), FULL_WORDS, nowMs);
  }

  private tellGap(nowMs: number): void {
    const packets = this.lostPackets - this.toldPackets;
    const fates = this.lostFates - this.toldFates;
    // It is said at the beginning of a buffer, where it is not in there already.
    if (this.at > 0 || packets + fates === 0) return;
    const at = this.begin(RECORD.gap, GAP_WORDS, nowMs);
    this.words[at + 3] = packets;
    this.words[at + 4] = fates;
    this.tellingPackets = packets;
    this.tellingFates = fates;
  }

  /** Begins a record of so many words; where it is in the buffer. */
  private begin(head: number, needed: number, nowMs: number): number {
    if (this.at + needed > this.words.length) this.flush(nowMs);
    const { at, words } = this;
    const us = Math.floor(nowMs * 1000);
    words[at] = head;
    words[at + 1] = Math.floor(us / 2 ** 32);
    words[at + 2] = us | 0;
    this.at = at + needed;
    return at;
  }
}
