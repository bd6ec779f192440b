import type { ConnectionTable, Pipeline } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { Channel } from '@rehearsal/protocol';
import { HEADER_WORDS, PacketFrameReader, REASONS } from '@rehearsal/protocol';
import type { Duties } from './duties.js';
import { DUTY } from './duties.js';
import type { EgressHold } from './egress-hold.js';

/** A packet kept until its slot may be served. */
interface Held {
  readonly channel: Channel;
  readonly orchestrator: number;
  readonly number: number;
  readonly side: number;
  readonly lenBytes: number;
  readonly words: Int32Array;
}

/** Judges packets: each by its slot, then by the pipeline; writes the answers. */
export class Serving {
  /** Packets held for slots that may not be served yet. */
  heldPackets = 0;
  private readonly held = new Map<number, Held[]>();
  private readonly reader = new PacketFrameReader();
  private readonly rt: Runtime;
  private readonly pipeline: Pipeline;
  private readonly connections: ConnectionTable;
  private readonly duties: Duties;
  private readonly egress: EgressHold;
  private readonly maxHeld: number;
  private readonly me: number;

  constructor(parts: {
    rt: Runtime;
    pipeline: Pipeline;
    connections: ConnectionTable;
    duties: Duties;
    egress: EgressHold;
    maxHeld: number;
    me: number;
  }) {
    this.rt = parts.rt;
    this.pipeline = parts.pipeline;
    this.connections = parts.connections;
    this.duties = parts.duties;
    this.egress = parts.egress;
    this.maxHeld = parts.maxHeld;
    this.me = parts.me;
  }

  /** Judges a batch steered by `version` of the table, which this member has folded. */
  onBatch(words: Int32Array, version: number, channel: Channel, orchestrator: number): void {
    const reader = this.reader;
    const table = this.duties.table;
    if (!reader.open(words) || table === undefined) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const now = this.connections.relative(this.rt.nowMs());
    const writer = this.egress.writerFor(channel);
    const { duty } = this.duties;
    this.connections.marks.setIncarnation(orchestrator, channel.peerIncarnation);
    while (reader.next()) {
      const slot = reader.aux;
      if (table.active[slot] !== this.me || version < (table.epoch[slot] as number)) {
        writer.addBare(reader.id, reader.side, REASONS.nack, slot);
      } else if (duty[slot] === DUTY.serving) {
        this.judge(
          reader.words,
          reader.packetAt,
          reader.lenBytes,
          slot,
          reader.side,
          reader.id,
          channel,
          orchestrator,
          now,
        );
      } else {
        this.hold(slot, channel, orchestrator);
      }
    }
  }

  /** The slot may be served now: what was held for it comes first, in order. */
  serveHeld(slot: number): void {
    const held = this.held.get(slot);
    if (held === undefined) return;
    this.held.delete(slot);
    this.heldPackets -= held.length;
    const now = this.connections.relative(this.rt.nowMs());
    for (const p of held) {
      this.judge(p.words, 0, p.lenBytes, slot, p.side, p.number, p.channel, p.orchestrator, now);
    }
  }

  /** The slot is no longer this member's: what was held for it is steered again. */
  refuseHeld(slot: number): void {
    const held = this.held.get(slot);
    if (held === undefined) return;
    this.held.delete(slot);
    this.heldPackets -= held.length;
    for (const p of held) this.egress.writerFor(p.channel).addBare(p.number, p.side, REASONS.nack, slot);
  }

  /** The orchestrator's incarnation is over: nobody waits for these packets. */
  forgetChannel(channel: Channel): void {
    for (const [slot, held] of this.held) {
      const kept = held.filter((p) => p.channel !== channel);
      this.heldPackets -= held.length - kept.length;
      if (kept.length === 0) this.held.delete(slot);
      else this.held.set(slot, kept);
    }
  }

  clear(): void {
    this.held.clear();
    this.heldPackets = 0;
  }

  private hold(slot: number, channel: Channel, orchestrator: number): void {
    const { reader } = this;
    if (this.heldPackets >= this.maxHeld) {
      this.egress.writerFor(channel).addBare(reader.id, reader.side, REASONS.hold_overflow, slot);
      return;
    }
    let held = this.held.get(slot);
    if (held === undefined) {
      held = [];
      this.held.set(slot, held);
    }
    const words = reader.words.slice(reader.packetAt, reader.packetAt + ((reader.lenBytes + 3) >> 2));
    const { id: number, side, lenBytes } = reader;
    held.push({ channel, orchestrator, number, side, lenBytes, words });
    this.heldPackets++;
  }

  private judge(
    words: Int32Array,
    at: number,
    lenBytes: number,
    slot: number,
    side: number,
    number: number,
    channel: Channel,
    orchestrator: number,
    now: number,
  ): void {
    const writer = this.egress.writerFor(channel);
    const epoch = this.duties.table?.epoch[slot] ?? 0;
    const steered = this.pipeline.read(words, at, lenBytes);
    let verdict: number;
    if (steered < 0) verdict = -steered;
    else if (steered === slot) verdict = this.pipeline.judge(slot, side, orchestrator, number, now);
    else {
      // The orchestrator's slot and ours differ: one of us steers by other settings.
      this.rt.count('packets_of_another_slot', 1);
      verdict = REASONS.malformed;
    }
    if (verdict === 0) writer.add(number, lenBytes, side, 0, epoch, words, at);
    else writer.addBare(number, side, verdict, epoch);
  }
}

/** Frames that speak of a table version not folded here yet, in order, one queue a channel. */
export class Unfolded {
  private readonly frames = new Map<Channel, { type: number; words: Int32Array }[]>();

  /** Keeps the frame if it, or one before it on the same channel, is ahead of `version`. */
  keep(channel: Channel, type: number, words: Int32Array, version: number): boolean {
    const queue = this.frames.get(channel);
    if (queue === undefined && tableVersionOf(words) <= version) return false;
    const kept = { type, words: new Int32Array(words) };
    if (queue === undefined) this.frames.set(channel, [kept]);
    else queue.push(kept);
    return true;
  }

  /** Hands on what `version` has caught up with. */
  replay(version: number, handle: (type: number, words: Int32Array, channel: Channel) => void): void {
    for (const [channel, queue] of this.frames) {
      let done = 0;
      while (done < queue.length) {
        const frame = queue[done] as { type: number; words: Int32Array };
        if (tableVersionOf(frame.words) > version) break;
        done++;
        handle(frame.type, frame.words, channel);
      }
      queue.splice(0, done);
      if (queue.length === 0) this.frames.delete(channel);
    }
  }

  forgetChannel(channel: Channel): void {
    this.frames.delete(channel);
  }

  clear(): void {
    this.frames.clear();
  }
}

/** Word 5 of the header. */
export function tableVersionOf(words: Int32Array): number {
  return words[HEADER_WORDS - 3] as number;
}
