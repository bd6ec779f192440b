import type { Lane } from '@rehearsal/kernel';
import { nodeId } from './address.js';
import type { ChannelHub } from './channel-hub.js';
import { copyWords, emptyHeader, FRAME, HEADER_WORDS, writeHeader } from './frames.js';

/** One way of a channel that waits for its acknowledgement. */
interface Unacked {
  readonly bytes: Uint8Array;
  readonly linkSeq: number;
  sentAtMs: number;
  /** Sent more than once: its acknowledgement does not tell which of them arrived. */
  repeated: boolean;
}

/** How many frames one retransmission round repeats at most; the rest follow with the acknowledgements. */
const RETRANSMIT_BURST_FRAMES = 64;
/** Retransmission backs off to at most this multiple of the first interval. */
const MAX_BACKOFF = 16;
/** A round trip counts for this share of the average, and how far it strays for this share of that. */
const ROUND_TRIP_SHARE = 1 / 8;
const STRAY_SHARE = 1 / 4;
/** A frame is repeated when its round trip is this many times further from the average than they usually are. */
const STRAYS = 4;
/** An acknowledgement that cannot ride on a frame of its own accord goes out after this many frames. */
const ACK_EVERY_FRAMES = 16;

/**
 * A reliable, ordered pair of ways between two incarnations of two nodes, over lanes that may lose,
 * repeat and reorder. Frames carry a link sequence; the receiver delivers in order, names gaps, and
 * acknowledges on its own frames where it can. A frame is acknowledged only after its handler ran.
 */
export class Channel {
  /** Highest link sequence the peer has handled. */
  acked = 0;
  /** Called after `acked` moved forward. */
  onAcked: ((acked: number) => void) | undefined;
  /** The peer did not acknowledge in all retries; what is unacknowledged will not be repeated again. */
  onGivenUp: (() => void) | undefined;
  /** Ack due now: at the turn's end it goes out alone unless a frame took it along. */
  promptAck = false;
  private lastSeq = 0;
  private unacked: Unacked[] = [];
  private unackedHead = 0;
  private notYetSent = 0;
  private expected = 1;
  private readonly ahead = new Map<number, Uint8Array>();
  private nakedUpTo = 0;
  private framesSinceAck = 0;
  private retries = 0;
  /** Rounds of repetition since a frame sent once was acknowledged: until then nobody knows how long that takes. */
  private backoff = 0;
  /** Round trips as acknowledgements show them, ms: on a busy machine they take longer than any setting foresees. */
  private roundTripMs = 0;
  private strayMs = 0;
  private closed = false;
  private dead = false;
  private readonly header = emptyHeader();

  readonly peerCode: number;
  readonly peerId: string;
  readonly peerIncarnation: number;
  private readonly hub: ChannelHub;
  private readonly lane: Lane;

  constructor(hub: ChannelHub, peerCode: number, peerIncarnation: number, lane: Lane) {
    this.hub = hub;
    this.peerCode = peerCode;
    this.peerId = nodeId(peerCode);
    this.peerIncarnation = peerIncarnation;
    this.lane = lane;
  }

  /**
   * Sends `words[0 … wordCount)`, a frame whose first HEADER_WORDS words are free to be filled in.
   * Returns its link sequence, or 0 when the window is full or the channel closed; the caller then keeps it, with the
   * `tableVersion` it was written under, which it is to be sent with.
   */
  send(type: number, words: Int32Array, wordCount: number, tableVersion: number = this.tableVersion): number {
    if (this.closed || this.unacked.length - this.unackedHead >= this.hub.options.windowFrames) return 0;
    const linkSeq = ++this.lastSeq;
    const bytes = this.lane.take(wordCount * 4);
    const out = new Int32Array(bytes.buffer, bytes.byteOffset, wordCount);
    copyWords(words, HEADER_WORDS, wordCount, out);
    this.fillHeader(type, linkSeq, out, wordCount - HEADER_WORDS, tableVersion);
    this.unacked.push({ bytes, linkSeq, sentAtMs: this.hub.nowMs(), repeated: false });
    if (this.notYetSent > 0 || !this.lane.send(bytes)) this.notYetSent++;
    this.framesSinceAck = 0;
    this.promptAck = false;
    this.hub.watchUnacked();
    return linkSeq;
  }

  /** The table version that what is written now speaks of. */
  get tableVersion(): number {
    return this.hub.tableVersion;
  }

  /** Frames handed over and not yet acknowledged. */
  get inFlight(): number {
    return this.unacked.length - this.unackedHead;
  }

  /** Stops sending and repeating; frames from the peer are still handled. */
  close(): void {
    this.closed = true;
    this.unacked = [];
    this.unackedHead = 0;
    this.notYetSent = 0;
  }

  /** Ends both ways: nothing more is sent and nothing more is handled. */
  end(): void {
    this.close();
    this.dead = true;
    this.ahead.clear();
  }

  /** The lane has room again. */
  drain(): void {
    while (this.notYetSent > 0) {
      const frame = this.unacked[this.unacked.length - this.notYetSent] as Unacked;
      if (!this.lane.send(frame.bytes)) return;
      frame.sentAtMs = this.hub.nowMs();
      this.notYetSent--;
    }
  }

  /** Takes the acknowledgement every frame of the peer carries. */
  takeAck(ack: number): void {
    if (ack <= this.acked || ack > this.lastSeq) return;
    this.acked = ack;
    this.retries = 0;
    let newest: Unacked | undefined;
    while (this.unackedHead < this.unacked.length - this.notYetSent) {
      const frame = this.unacked[this.unackedHead] as Unacked;
      if (frame.linkSeq > ack) break;
      this.lane.give?.(frame.bytes);
      newest = frame;
      this.unackedHead++;
    }
    if (newest !== undefined && !newest.repeated) {
      this.backoff = 0;
      this.noteRoundTrip(this.hub.nowMs() - newest.sentAtMs);
    }
    if (this.unackedHead > 64 && this.unackedHead * 2 > this.unacked.length) {
      this.unacked = this.unacked.slice(this.unackedHead);
      this.unackedHead = 0;
    }
    this.onAcked?.(ack);
  }

  /**
   * Takes a numbered frame of the peer; hands it and what it completes to the hub in order.
   * A frame seen before is dropped, one that came early is kept, and its gap is named to the peer.
   */
  takeFrame(type: number, linkSeq: number, words: Int32Array): void {
    if (this.dead) return;
    if (linkSeq < this.expected) {
      if (!this.hub.options.dropDuplicates) this.hub.deliver(type, words, this);
      this.promptAck = true;
      this.hub.ackDue(this);
      return;
    }
    if (linkSeq > this.expected) {
      if (linkSeq - this.expected > this.hub.options.windowFrames) return;
      if (!this.ahead.has(linkSeq)) {
        const copy = new Int32Array(words);
        this.ahead.set(linkSeq, new Uint8Array(copy.buffer));
      }
      if (linkSeq - 1 > this.nakedUpTo) {
        this.sendNak(Math.max(this.expected, this.nakedUpTo + 1), linkSeq - 1);
        this.nakedUpTo = linkSeq - 1;
      }
      return;
    }
    this.expected++;
    this.framesSinceAck++;
    this.noteAckDue(type);
    this.hub.deliver(type, words, this);
    while (!this.dead) {
      const bytes = this.ahead.get(this.expected);
      if (bytes === undefined) break;
      this.ahead.delete(this.expected);
      this.expected++;
      this.framesSinceAck++;
      const kept = new Int32Array(bytes.buffer);
      const keptType = (kept[0] as number) & 0xff;
      this.noteAckDue(keptType);
      this.hub.deliver(keptType, kept, this);
    }
  }

  /** The peer misses `from … to`: repeat them now. */
  takeNak(from: number, to: number): void {
    this.repeat(from, Math.min(to, from + RETRANSMIT_BURST_FRAMES - 1));
  }

  /** One round of the retransmission clock; true while something is unacknowledged. */
  tick(nowMs: number): boolean {
    if (this.closed || this.inFlight === 0) return false;
    const oldest = this.unacked[this.unackedHead] as Unacked;
    const times = Math.min(1 << Math.min(this.backoff, 10), MAX_BACKOFF);
    if (nowMs - oldest.sentAtMs < this.patienceMs() * times) return true;
    if (this.retries >= this.hub.options.maxRetries) {
      this.close();
      this.onGivenUp?.();
      return false;
    }
    this.retries++;
    this.backoff++;
    this.repeat(oldest.linkSeq, oldest.linkSeq + RETRANSMIT_BURST_FRAMES - 1);
    return true;
  }

  /** Sends the acknowledgement alone if it is due and nothing has taken it along. */
  flushAck(force: boolean): boolean {
    if (this.dead || (this.framesSinceAck === 0 && !this.promptAck)) return false;
    if (!force && !this.promptAck && this.framesSinceAck < ACK_EVERY_FRAMES) return true;
    const words = this.control(FRAME.ack, 0);
    this.framesSinceAck = 0;
    this.promptAck = false;
    this.lane.send(words);
    this.lane.give?.(words);
    return false;
  }

  /** Repeats all that is unacknowledged, for instance after the bus came back. */
  repeatAll(): void {
    if (this.inFlight > 0) this.repeat(this.acked + 1, this.acked + RETRANSMIT_BURST_FRAMES);
  }

  private noteRoundTrip(ms: number): void {
    if (this.roundTripMs === 0) {
      this.roundTripMs = ms;
      this.strayMs = ms / 2;
      return;
    }
    this.strayMs += (Math.abs(ms - this.roundTripMs) - this.strayMs) * STRAY_SHARE;
    this.roundTripMs += (ms - this.roundTripMs) * ROUND_TRIP_SHARE;
  }

  /** How long an acknowledgement may take before the first repetition. */
  private patienceMs(): number {
    const { retransmitMs } = this.hub.options;
    const usual = this.roundTripMs + STRAYS * this.strayMs;
    return Math.min(Math.max(retransmitMs, usual), retransmitMs * MAX_BACKOFF);
  }

  private noteAckDue(type: number): void {
    // A delta holds packets back at its sender until it is acknowledged.
    if (type === FRAME.delta || type === FRAME.released || type === FRAME.copied) this.promptAck = true;
    this.hub.ackDue(this);
  }

  private repeat(from: number, to: number): void {
    const nowMs = this.hub.nowMs();
    const end = this.unacked.length - this.notYetSent;
    for (let i = this.unackedHead; i < end; i++) {
      const frame = this.unacked[i] as Unacked;
      if (frame.linkSeq < from) continue;
      if (frame.linkSeq > to) break;
      if (!this.lane.send(frame.bytes)) return;
      frame.sentAtMs = nowMs;
      frame.repeated = true;
      this.hub.countRetransmitted();
    }
  }

  private sendNak(from: number, to: number): void {
    const bytes = this.control(FRAME.nak, 2);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS + 2);
    words[HEADER_WORDS] = from;
    words[HEADER_WORDS + 1] = to;
    this.lane.send(bytes);
    this.lane.give?.(bytes);
  }

  private control(type: number, payloadWords: number): Uint8Array {
    const bytes = this.lane.take((HEADER_WORDS + payloadWords) * 4);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS + payloadWords);
    this.fillHeader(type, 0, words, payloadWords, this.tableVersion);
    return bytes;
  }

  private fillHeader(
    type: number,
    linkSeq: number,
    words: Int32Array,
    payloadWords: number,
    tableVersion: number,
  ): void {
    const header = this.header;
    header.type = type;
    header.from = this.hub.selfCode;
    header.fromIncarnation = this.hub.incarnation;
    header.toIncarnation = this.peerIncarnation;
    header.linkSeq = linkSeq;
    header.ack = this.expected - 1;
    header.tableVersion = tableVersion;
    writeHeader(words, header, payloadWords);
  }
}
