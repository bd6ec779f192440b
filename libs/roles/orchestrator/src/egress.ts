import type { Runtime } from '@rehearsal/kernel';
import type { ChannelHub } from '@rehearsal/protocol';
import { FRAME, PacketFrameWriter } from '@rehearsal/protocol';

const FLUSH_RECORDS = 128;

/** What leaves the fabric, and what is said of packets that do not, in order, to the outside world. */
export class Egress {
  /** Node code of the outside world. */
  private readonly outside: number;
  private readonly rt: Runtime;
  private readonly hub: ChannelHub;
  private readonly writer = new PacketFrameWriter();
  /** Frames the channel had no room for, oldest first. */
  private readonly kept: Int32Array[] = [];
  private flushQueued = false;

  constructor(rt: Runtime, hub: ChannelHub, outside: number) {
    this.rt = rt;
    this.hub = hub;
    this.outside = outside;
  }

  /** `side` may carry record flags above its bit; `aux` as `emitAux` makes it. */
  deliver(tag: number, lenBytes: number, side: number, aux: number, words: Int32Array, at: number): void {
    this.writer.add(tag, lenBytes, side, 0, aux, words, at);
    this.written();
  }

  /** Says why the packet of this tag will not arrive; `side` and `aux` as in `deliver`. */
  name(tag: number, side: number, reason: number, aux: number): void {
    this.writer.addBare(tag, side, reason, aux);
    this.rt.count('packets_not_delivered', 1);
    this.written();
  }

  readonly flush = (): void => {
    this.flushQueued = false;
    if (this.writer.count > 0) {
      this.writer.finish();
      if (this.kept.length > 0 || !this.send(this.writer.words, this.writer.at)) {
        this.kept.push(this.writer.words.slice(0, this.writer.at));
      }
      this.writer.reset();
    }
  };

  /** The outside world acknowledged something: there may be room again. */
  readonly drain = (): void => {
    while (this.kept.length > 0) {
      const words = this.kept[0] as Int32Array;
      if (!this.send(words, words.length)) return;
      this.kept.shift();
    }
  };

  clear(): void {
    this.writer.reset();
    this.kept.length = 0;
  }

  private send(words: Int32Array, wordCount: number): boolean {
    const channel = this.hub.find(this.outside);
    return channel !== undefined && channel.send(FRAME.emit, words, wordCount) !== 0;
  }

  private written(): void {
    if (this.writer.full || this.writer.count >= FLUSH_RECORDS) this.flush();
    else if (!this.flushQueued) {
      this.flushQueued = true;
      this.rt.atTurnEnd(this.flush);
    }
  }
}
