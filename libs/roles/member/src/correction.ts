import type { Pipeline } from '@rehearsal/dataplane';
import { LEAST_PENDING, PENDING, PendingPackets } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { Channel } from '@rehearsal/protocol';
import { FRAME, PacketFrameReader, PacketFrameWriter, RECORD_FLAG, REASONS } from '@rehearsal/protocol';
import type { DataplaneTable } from '@rehearsal/security-group';
import type { CorrectionMeter } from './correction-meter.js';
import type { EgressHold } from './egress-hold.js';
import type { HandedPacket } from './handed-packet.js';
import { HANDED_BYTES, HANDED_WORDS, KEPT_HEAD } from './handed-packet.js';
import type { PeerWay } from './peer-way.js';

const WORD_BYTES = 4;
const MAX_PACKET_BYTES = 0xffff - HANDED_BYTES;
const ARENA_WORDS = 4 * 1024 * 1024;
const ORCHESTRATOR_SHIFT = 17;

/** What the correction needs of the member around it. */
export interface CorrectionParts {
  readonly rt: Runtime;
  readonly pipeline: Pipeline;
  readonly egress: EgressHold;
  readonly meter: CorrectionMeter;
  readonly me: number;
  readonly slots: number;
  readonly maxPackets: number;
  wayTo(member: number): PeerWay | undefined;
  channelOf(orchestrator: number, incarnation: number): Channel | undefined;
  serves(slot: number): boolean;
  table(): DataplaneTable | undefined;
  /** Judges a packet, come in by `slot`, whose home slot is served here after all; answers the orchestrator. */
  judgeAtHome(
    arena: Int32Array,
    at: number,
    lenBytes: number,
    side: number,
    slot: number,
    epoch: number,
    orchestrator: number,
  ): void;
  /** The home does not know the connection: the packet is this member's own again. */
  judgeAfresh(arena: Int32Array, at: number, lenBytes: number, side: number, slot: number, orchestrator: number): void;
}

/**
 * Packets whose connections are at home in slots that others serve (fidelity: F-CORRECTION). They are kept until
 * the home has answered; a home that moves or is lost is asked anew, by the rule that orchestrators follow: packets
 * of a home slot are outstanding at one member and under one epoch at a time, the rest waits, in order.
 */
export class Correction {
  private readonly pending: PendingPackets;
  private readonly touched = new Set<number>();
  private readonly writers = new Map<number, PacketFrameWriter>();
  private readonly reader = new PacketFrameReader();
  private readonly head = new Int32Array(2);
  private readonly parts: CorrectionParts;

  constructor(parts: CorrectionParts) {
    this.parts = parts;
    this.pending = new PendingPackets(Math.max(LEAST_PENDING, parts.maxPackets), ARENA_WORDS, parts.slots);
    const { outstandingOf, waitingOf } = this.pending;
    parts.pipeline.isQueued = (home) => outstandingOf[home] !== 0 || waitingOf[home] !== 0;
  }

  get waiting(): number {
    return this.pending.size;
  }

  /** Keeps the packet the pipeline just called `CORRECT` and hands it on; 0, or the reason it cannot. */
  handOn(packet: HandedPacket): number {
    const { pipeline, rt } = this.parts;
    const packetWords = (packet.lenBytes + 3) >> 2;
    const { pending } = this;
    if (packet.lenBytes > MAX_PACKET_BYTES) return REASONS.correction_unavailable;
    const base = pending.reserve(KEPT_HEAD + HANDED_WORDS + packetWords, rt.nowMs());
    if (base < 0) return REASONS.hold_overflow;
    const { arena } = pending;
    arena[base] = packet.slot;
    arena[base + 1] = packet.epoch;
    const at = base + KEPT_HEAD;
    arena[at] = packet.number;
    arena[at + 1] = packet.incarnation;
    arena[at + 2] = pipeline.homeA;
    arena[at + 3] = pipeline.homeB;
    arena[at + 4] = pipeline.homePorts;
    arena[at + 5] = packet.instance;
    arena[at + 6] = packet.fragmentPorts;
    for (let i = 0; i < packetWords; i++) arena[at + HANDED_WORDS + i] = packet.words[packet.at + i] as number;
    const meta = (packet.lenBytes + HANDED_BYTES) | (packet.side << 16) | (packet.orchestrator << ORCHESTRATOR_SHIFT);
    const home = pipeline.homeSlot;
    const number = pending.add(packet.number, meta, home, at);
    pending.closeFrame();
    if (number === 0) return REASONS.hold_overflow;
    this.parts.meter.handed();
    this.touched.add(home);
    return 0;
  }

  /** Sends what has been handed on since, or may go by now. */
  flush(): void {
    this.dispatchTouched();
    this.parts.meter.count();
    for (const [member, writer] of this.writers) {
      if (writer.count === 0) continue;
      writer.finish();
      this.parts.wayTo(member)?.send(FRAME.forward, writer.words, writer.at, undefined);
      writer.reset();
    }
  }

  /** The table has changed; `lost` are members whose incarnation is over. */
  onTable(lost: readonly number[]): void {
    const { pending } = this;
    if (pending.size === 0) return;
    for (const member of lost) this.writers.delete(member);
    for (let slot = 0; slot < this.parts.slots; slot++) {
      if (pending.firstOf(slot) === 0) continue;
      this.touched.add(slot);
      if (lost.some((member) => pending.isOutAt(slot, member))) pending.takeBack(slot);
    }
  }

  /** The slot is served here from now on. */
  onServe(slot: number): void {
    if (this.pending.waitingOf[slot] !== 0) this.touched.add(slot);
  }

  /** What the member that serves their homes says of packets handed to it. */
  onAnswer(words: Int32Array, member: number): void {
    const { reader, pending } = this;
    if (!reader.open(words)) {
      this.parts.rt.count('frames_malformed', 1);
      return;
    }
    const nowMs = this.parts.rt.nowMs();
    while (reader.next()) {
      const number = reader.id;
      if (pending.stateOf(number) !== PENDING.outstanding) continue;
      const home = pending.slotOf(number);
      if (!pending.isOutAt(home, member)) continue;
      if (reader.code === REASONS.nack) {
        pending.markWaiting(number);
        this.touched.add(home);
        continue;
      }
      this.parts.meter.settled(pending.takenAtMs(number), nowMs);
      this.settle(number, home, reader.code, reader.aux, words, reader.packetAt, reader.lenBytes);
    }
    this.dispatchTouched();
  }

  /** The orchestrator's incarnation is over: nobody waits for these packets. */
  forgetOrchestrator(orchestrator: number, incarnation: number): void {
    const { pending } = this;
    if (pending.size === 0) return;
    for (let slot = 0; slot < this.parts.slots; slot++) {
      let n = pending.firstOf(slot);
      while (n !== 0) {
        const next = pending.nextOf(n);
        if (
          pending.stateOf(n) !== PENDING.none &&
          pending.metaOf(n) >>> ORCHESTRATOR_SHIFT === orchestrator &&
          pending.arena[pending.atOf(n) + 1] === (incarnation | 0)
        ) {
          pending.settle(n);
        }
        n = next;
      }
      if (pending.waitingOf[slot] !== 0) this.touched.add(slot);
    }
  }

  clear(): void {
    this.pending.clear();
    this.writers.clear();
    this.touched.clear();
  }

  private settle(
    number: number,
    home: number,
    code: number,
    homeEpoch: number,
    words: Int32Array,
    packetAt: number,
    lenBytes: number,
  ): void {
    const { pending, parts } = this;
    const at = pending.atOf(number);
    const { arena } = pending;
    const meta = pending.metaOf(number);
    const orchestrator = meta >>> ORCHESTRATOR_SHIFT;
    const side = (meta >>> 16) & 1;
    const slot = arena[at - KEPT_HEAD] as number;
    const epoch = arena[at - 1] as number;
    if (code === REASONS.not_home) {
      parts.judgeAfresh(arena, at, meta & 0xffff, side, slot, orchestrator);
    } else {
      const channel = parts.channelOf(orchestrator, (arena[at + 1] as number) >>> 0);
      if (channel !== undefined) {
        const writer = parts.egress.writerFor(channel);
        if (code === 0) {
          this.head[0] = home;
          this.head[1] = homeEpoch;
          const sideAndFlags = side | (RECORD_FLAG.corrected << 1);
          const tag = pending.tagOf(number);
          writer.addHeaded(tag, lenBytes + 2 * WORD_BYTES, sideAndFlags, 0, epoch, this.head, 2, words, packetAt);
        } else writer.addBare(pending.tagOf(number), side, code, epoch);
      }
    }
    pending.settle(number);
    if (pending.waitingOf[home] !== 0) this.touched.add(home);
  }

  private dispatchTouched(): void {
    if (this.touched.size === 0) return;
    const table = this.parts.table();
    if (table === undefined) return;
    const { pending } = this;
    for (const slot of this.touched) {
      const active = table.active[slot] as number;
      const epoch = table.epoch[slot] as number;
      if (pending.isOutElsewhere(slot, active, epoch)) continue;
      // What waits for this member's own turn, or for a way, is looked at again when that comes.
      if (active !== 0 && active === this.parts.me ? !this.parts.serves(slot) : active !== 0 && this.noWay(active)) {
        continue;
      }
      let n = pending.firstOf(slot);
      while (n !== 0 && pending.waitingOf[slot] !== 0) {
        const next = pending.nextOf(n);
        if (pending.stateOf(n) === PENDING.waiting) this.dispatch(n, slot, active, epoch);
        n = next;
      }
    }
    this.touched.clear();
  }

  private noWay(member: number): boolean {
    return this.parts.wayTo(member) === undefined;
  }

  private dispatch(number: number, slot: number, active: number, epoch: number): void {
    const { pending, parts } = this;
    const meta = pending.metaOf(number);
    const at = pending.atOf(number);
    const { arena } = pending;
    const orchestrator = meta >>> ORCHESTRATOR_SHIFT;
    const side = (meta >>> 16) & 1;
    const lenBytes = meta & 0xffff;
    if (active === parts.me) {
      parts.meter.settled(pending.takenAtMs(number), parts.rt.nowMs());
      const cameInBy = arena[at - KEPT_HEAD] as number;
      parts.judgeAtHome(arena, at, lenBytes, side, cameInBy, arena[at - 1] as number, orchestrator);
      pending.settle(number);
      return;
    }
    if (active === 0) {
      const channel = parts.channelOf(orchestrator, (arena[at + 1] as number) >>> 0);
      const epochThere = arena[at - 1] as number;
      if (channel !== undefined) {
        parts.egress.writerFor(channel).addBare(pending.tagOf(number), side, REASONS.no_active_member, epochThere);
      }
      pending.settle(number);
      return;
    }
    let writer = this.writers.get(active);
    if (writer === undefined) {
      writer = new PacketFrameWriter();
      this.writers.set(active, writer);
    } else if (writer.full) {
      writer.finish();
      parts.wayTo(active)?.send(FRAME.forward, writer.words, writer.at, undefined);
      writer.reset();
    }
    writer.add(number, lenBytes, side, orchestrator, slot, arena, at);
    pending.markOutstanding(number, active, epoch);
  }
}
