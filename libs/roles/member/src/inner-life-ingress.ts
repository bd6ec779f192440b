import type { Runtime } from '@rehearsal/kernel';
import type { Channel } from '@rehearsal/protocol';
import { PacketFrameReader, REASONS } from '@rehearsal/protocol';
import type { PacketFrameWriter } from '@rehearsal/protocol';

/** A batch that waits for the processor. */
interface Waiting {
  readonly words: Int32Array;
  readonly channel: Channel;
  readonly packets: number;
  readonly sinceMs: number;
  /** µs of work on it that are still to be done. */
  costUs: number;
  begun: boolean;
}

/** Work is done in pieces of this length, so that signs of life go out between them. */
const SLICE_US = 5_000;

export interface IngressParts {
  readonly rt: Pick<Runtime, 'nowMs' | 'after' | 'spend' | 'count'>;
  readonly maxPackets: number;
  readonly maxWaitMs: number;
  /** What a packet costs on top, in µs. */
  busyUsPerPacket(): number;
  serve(words: Int32Array, channel: Channel): void;
  writerFor(channel: Channel): PacketFrameWriter;
  /** Something was answered outside a message's turn. */
  onServed(): void;
}

/**
 * Batches on their way to the data plane of a member: straight through while the processor keeps up. Under
 * a burden they wait in line, and what does not fit into the line, or has stood there for too long, is
 * dropped by name (fidelity: F-MEMBER-QUEUE, F-MEMBER-QUEUE-MS). The member lives: nobody takes over.
 */
export class Ingress {
  packets = 0;
  private queue: Waiting[] = [];
  private working = false;
  private life = 0;
  private readonly reader = new PacketFrameReader();
  private readonly parts: IngressParts;

  constructor(parts: IngressParts) {
    this.parts = parts;
  }

  take(words: Int32Array, channel: Channel): void {
    const costUs = this.parts.busyUsPerPacket();
    if (costUs === 0 && this.queue.length === 0) {
      this.parts.serve(words, channel);
      return;
    }
    const packets = this.packetsOf(words);
    if (this.packets + packets > this.parts.maxPackets) {
      this.refuse(words, channel, REASONS.queue_overflow);
      return;
    }
    const sinceMs = this.parts.rt.nowMs();
    this.queue.push({
      words: new Int32Array(words),
      channel,
      packets,
      sinceMs,
      costUs: costUs * packets,
      begun: false,
    });
    this.packets += packets;
    this.goOn();
  }

  /** Nobody wants the answers any more. */
  forgetChannel(channel: Channel): void {
    this.queue = this.queue.filter((waiting) => waiting.channel !== channel);
    this.packets = this.queue.reduce((sum, waiting) => sum + waiting.packets, 0);
  }

  clear(): void {
    this.queue = [];
    this.packets = 0;
    this.working = false;
    this.life++;
  }

  private goOn(): void {
    if (this.working) return;
    this.working = true;
    const { life } = this;
    this.parts.rt.after(0, () => {
      if (life !== this.life) return;
      this.working = false;
      this.work();
    });
  }

  private work(): void {
    const { rt, maxWaitMs } = this.parts;
    let leftUs = SLICE_US;
    while (leftUs > 0) {
      const first = this.queue[0];
      if (first === undefined) break;
      if (!first.begun && rt.nowMs() - first.sinceMs > maxWaitMs) {
        this.shift(first);
        this.refuse(first.words, first.channel, REASONS.cpu_overload);
        continue;
      }
      const us = Math.min(first.costUs, leftUs);
      first.begun = true;
      if (us > 0) rt.spend(us);
      leftUs -= us;
      first.costUs -= us;
      if (first.costUs > 0) break;
      this.shift(first);
      this.parts.serve(first.words, first.channel);
    }
    this.parts.onServed();
    if (this.queue.length > 0) this.goOn();
  }

  private shift(first: Waiting): void {
    this.queue.shift();
    this.packets -= first.packets;
  }

  private refuse(words: Int32Array, channel: Channel, reason: number): void {
    const { reader } = this;
    if (!reader.open(words)) return;
    let refused = 0;
    while (reader.next()) {
      this.parts.writerFor(channel).addBare(reader.id, reader.side, reason, reader.aux);
      refused++;
    }
    this.parts.rt.count(reason === REASONS.queue_overflow ? 'packets_queue_overflow' : 'packets_cpu_overload', refused);
    this.parts.onServed();
  }

  private packetsOf(words: Int32Array): number {
    let packets = 0;
    if (this.reader.open(words)) while (this.reader.next()) packets++;
    return packets;
  }
}
