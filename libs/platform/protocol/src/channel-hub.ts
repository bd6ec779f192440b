import type { Cancel, Lane, Runtime, Settings } from '@rehearsal/kernel';
import { dataSubject } from './address.js';
import { Channel } from './channel.js';
import type { FrameHeader } from './frames.js';
import { copyWords, emptyHeader, FRAME, HEADER_WORDS, readHeader, wordsOf, writeHeader } from './frames.js';

export interface ChannelOptions {
  /** Least wait before an unacknowledged frame is repeated; longer where round trips are, and doubling to sixteen times. */
  readonly retransmitMs: number;
  /** Rounds of repetition before the channel gives up. */
  readonly maxRetries: number;
  /** Frames that may be unacknowledged, and early frames that are kept. */
  readonly windowFrames: number;
  /** Bytes a lane may hold before `send` refuses. */
  readonly maxInFlightBytes: number;
  /** False only to show what de-duplication is for. */
  readonly dropDuplicates: boolean;
}

/** Bytes a lane may hold; beyond it frames wait in their channel. */
const MAX_IN_FLIGHT_BYTES = 16 * 1024 * 1024;

/** Channels as the settings of the moment have them: the same for every role. */
export function channelOptions(settings: Settings): ChannelOptions {
  return {
    get retransmitMs() {
      return settings['link.retransmitMs'];
    },
    get maxRetries() {
      return settings['link.maxRetries'];
    },
    get windowFrames() {
      return settings['link.windowFrames'];
    },
    maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
    get dropDuplicates() {
      return settings['egress.dedup'];
    },
  };
}

export interface ChannelHandlers {
  /** A frame of a channel, in order, once. `words` is the whole frame, valid during the call only. */
  onFrame(type: number, words: Int32Array, channel: Channel): void;
  /** A frame outside any channel (heartbeats). */
  onDatagram(header: FrameHeader, words: Int32Array): void;
  /** Any frame at all of a peer's newest incarnation, acknowledgements included; before it is handled. */
  onHeard?(peerCode: number, peerIncarnation: number, tableVersion: number): void;
  /** Nobody listens at that node's subject. */
  onUndeliverable(peerCode: number): void;
  /** A peer, or a newer incarnation of it, spoke for the first time. */
  onChannel?(channel: Channel): void;
  /** A newer incarnation took this one's place: nothing comes or goes on the channel any more. */
  onEnded?(channel: Channel): void;
}

/** A quiet receiver acknowledges at the latest after this; well under `retransmitMs`. */
const DELAYED_ACK_MS = 20;

/** All channels of one node: its own data subject, and one lane to every peer. */
export class ChannelHub {
  /** The table version this node has folded: stamped on every frame that is written from now on. */
  tableVersion = 0;
  private readonly channels = new Map<number, Channel>();
  private readonly lanes = new Map<number, Lane>();
  private readonly acksDue: Channel[] = [];
  private readonly header = emptyHeader();
  private cancelListen: Cancel | undefined;
  private cancelBus: Cancel | undefined;
  private ackTurnQueued = false;
  private ackTimer: Cancel | undefined;
  private retransmitTimer: Cancel | undefined;
  private busUp = true;

  /** Nothing on a channel is taken or acknowledged any more in this life; datagrams still are. */
  deaf = false;
  readonly selfCode: number;
  incarnation: number;
  readonly options: ChannelOptions;
  private readonly rt: Runtime;
  private readonly handlers: ChannelHandlers;

  constructor(rt: Runtime, selfCode: number, incarnation: number, options: ChannelOptions, handlers: ChannelHandlers) {
    this.rt = rt;
    this.selfCode = selfCode;
    this.incarnation = incarnation;
    this.options = options;
    this.handlers = handlers;
  }

  start(): void {
    this.cancelListen = this.rt.listen(dataSubject(this.selfCode), this.receive);
    this.cancelBus = this.rt.onBus((state) => {
      this.busUp = state === 'up';
      if (this.busUp) for (const channel of this.channels.values()) channel.repeatAll();
    });
  }

  stop(): void {
    this.cancelListen?.();
    this.cancelBus?.();
    this.ackTimer?.();
    this.retransmitTimer?.();
    this.ackTimer = undefined;
    this.retransmitTimer = undefined;
    for (const channel of this.channels.values()) channel.close();
  }

  /** Begins a new life under a new incarnation: every channel ends. */
  rebirth(incarnation: number): void {
    this.deaf = false;
    for (const channel of this.channels.values()) channel.end();
    this.channels.clear();
    this.acksDue.length = 0;
    this.incarnation = incarnation;
  }

  /**
   * The channel to that incarnation of a peer; a channel to an older one ends.
   * Undefined when a newer incarnation has already spoken: the one asked for is gone.
   */
  open(peerCode: number, peerIncarnation: number): Channel | undefined {
    const known = this.channels.get(peerCode);
    if (known !== undefined) {
      if (known.peerIncarnation === peerIncarnation) return known;
      if (known.peerIncarnation > peerIncarnation) return undefined;
      known.end();
      this.handlers.onEnded?.(known);
    }
    const channel = new Channel(this, peerCode, peerIncarnation, this.laneTo(peerCode));
    this.channels.set(peerCode, channel);
    this.handlers.onChannel?.(channel);
    return channel;
  }

  /** The open channel to a peer, whatever its incarnation. */
  find(peerCode: number): Channel | undefined {
    return this.channels.get(peerCode);
  }

  /** Sends `words[0 … wordCount)` outside any channel, to whichever incarnation listens. */
  datagram(peerCode: number, type: number, words: Int32Array, wordCount: number): boolean {
    const lane = this.laneTo(peerCode);
    const bytes = lane.take(wordCount * 4);
    const out = new Int32Array(bytes.buffer, bytes.byteOffset, wordCount);
    copyWords(words, HEADER_WORDS, wordCount, out);
    const header = this.header;
    header.type = type;
    header.from = this.selfCode;
    header.fromIncarnation = this.incarnation;
    header.toIncarnation = 0;
    header.linkSeq = 0;
    header.ack = 0;
    header.tableVersion = this.tableVersion;
    writeHeader(out, header, wordCount - HEADER_WORDS);
    const sent = lane.send(bytes);
    lane.give?.(bytes);
    return sent;
  }

  nowMs(): number {
    return this.rt.nowMs();
  }

  deliver(type: number, words: Int32Array, channel: Channel): void {
    this.handlers.onFrame(type, words, channel);
  }

  countRetransmitted(): void {
    this.rt.count('link_frames_retransmitted', 1);
  }

  /** A frame was handled: acknowledge at the end of the turn, or a little later. */
  ackDue(channel: Channel): void {
    if (!this.acksDue.includes(channel)) this.acksDue.push(channel);
    if (this.ackTurnQueued) return;
    this.ackTurnQueued = true;
    this.rt.atTurnEnd(this.flushAcksAtTurnEnd);
  }

  watchUnacked(): void {
    if (this.retransmitTimer !== undefined) return;
    this.retransmitTimer = this.rt.after(this.options.retransmitMs / 2, this.retransmitRound);
  }

  private readonly receive = (bytes: Uint8Array): void => {
    const words = wordsOf(bytes);
    const header = this.header;
    if (words === undefined || !readHeader(words, header)) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const { type, from, fromIncarnation, linkSeq, ack } = header;
    if (header.toIncarnation === 0) {
      this.handlers.onHeard?.(from, fromIncarnation, header.tableVersion);
      this.handlers.onDatagram(header, words);
      return;
    }
    if (header.toIncarnation !== this.incarnation) {
      this.rt.count('frames_for_another_incarnation', 1);
      return;
    }
    if (this.deaf) return;
    let channel = this.channels.get(from);
    if (channel === undefined || channel.peerIncarnation !== fromIncarnation) {
      channel = this.open(from, fromIncarnation);
      if (channel === undefined) {
        this.rt.count('frames_from_older_incarnation', 1);
        return;
      }
    }
    this.handlers.onHeard?.(from, fromIncarnation, header.tableVersion);
    channel.takeAck(ack);
    if (type === FRAME.nak) {
      if (words.length >= HEADER_WORDS + 2) {
        channel.takeNak((words[HEADER_WORDS] as number) >>> 0, (words[HEADER_WORDS + 1] as number) >>> 0);
      }
    } else if (linkSeq !== 0) {
      channel.takeFrame(type, linkSeq, words);
    }
  };

  private readonly flushAcksAtTurnEnd = (): void => {
    this.ackTurnQueued = false;
    let kept = 0;
    for (const channel of this.acksDue) {
      if (channel.flushAck(false)) this.acksDue[kept++] = channel;
    }
    this.acksDue.length = kept;
    if (kept > 0 && this.ackTimer === undefined) {
      this.ackTimer = this.rt.after(DELAYED_ACK_MS, this.flushDelayedAcks);
    }
  };

  private readonly flushDelayedAcks = (): void => {
    this.ackTimer = undefined;
    for (const channel of this.acksDue) channel.flushAck(true);
    this.acksDue.length = 0;
  };

  private readonly retransmitRound = (): void => {
    this.retransmitTimer = undefined;
    let waiting = false;
    const nowMs = this.rt.nowMs();
    for (const channel of this.channels.values()) {
      // While the bus is away nothing can be acknowledged, and repeating would only count retries.
      if (this.busUp ? channel.tick(nowMs) : channel.inFlight > 0) waiting = true;
    }
    if (waiting) this.watchUnacked();
  };

  private laneTo(peerCode: number): Lane {
    let lane = this.lanes.get(peerCode);
    if (lane === undefined) {
      lane = this.rt.lane(dataSubject(peerCode), {
        maxInFlightBytes: this.options.maxInFlightBytes,
        onUndeliverable: () => this.handlers.onUndeliverable(peerCode),
        onDrained: () => this.channels.get(peerCode)?.drain(),
      });
      this.lanes.set(peerCode, lane);
    }
    return lane;
  }
}
