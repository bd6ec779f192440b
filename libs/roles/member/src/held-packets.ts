import type { Channel, PacketFrameReader } from '@rehearsal/protocol';

/** A packet kept until its slot may be served. */
export interface HeldPacket {
  readonly channel: Channel;
  readonly orchestrator: number;
  /** What the answer names it by: the orchestrator's number, or the handing member's. */
  readonly id: number;
  readonly side: number;
  readonly lenBytes: number;
  readonly fragmentPorts: number;
  /** The packet; behind its head where another member handed it on. */
  readonly words: Int32Array;
  readonly handed: boolean;
}

/** Packets of slots that may not be served yet, in order, slot by slot. */
export class HeldPackets {
  size = 0;
  private readonly bySlot = new Map<number, HeldPacket[]>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  /** Keeps a copy of the packet at word `at` of the record that was read last; false: there is no room. */
  keep(
    reader: PacketFrameReader,
    at: number,
    lenBytes: number,
    fragmentPorts: number,
    slot: number,
    channel: Channel,
    orchestrator: number,
    handed: boolean,
  ): boolean {
    if (this.size >= this.max) return false;
    let held = this.bySlot.get(slot);
    if (held === undefined) {
      held = [];
      this.bySlot.set(slot, held);
    }
    const words = reader.words.slice(at, at + ((lenBytes + 3) >> 2));
    const { id, side } = reader;
    held.push({ channel, orchestrator, id, side, lenBytes, fragmentPorts, words, handed });
    this.size++;
    return true;
  }

  /** What was held for the slot, which is not held any more; undefined: nothing was. */
  take(slot: number): readonly HeldPacket[] | undefined {
    const held = this.bySlot.get(slot);
    if (held === undefined) return undefined;
    this.bySlot.delete(slot);
    this.size -= held.length;
    return held;
  }

  /** The sender's incarnation is over: nobody waits for these packets. */
  forgetChannel(channel: Channel): void {
    for (const [slot, held] of this.bySlot) {
      const kept = held.filter((p) => p.channel !== channel);
      this.size -= held.length - kept.length;
      if (kept.length === 0) this.bySlot.delete(slot);
      else this.bySlot.set(slot, kept);
    }
  }

  clear(): void {
    this.bySlot.clear();
    this.size = 0;
  }
}
