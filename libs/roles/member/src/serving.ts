import type { ConnectionTable, Pipeline } from '@rehearsal/dataplane';
import { CORRECT, NOT_HERE, TRACK, connectionHash } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import { REWRITE, rewritePacket } from '@rehearsal/packets';
import type { Channel } from '@rehearsal/protocol';
import { PacketFrameReader, REASONS, RECORD_FLAG } from '@rehearsal/protocol';
import type { Duties } from './duties.js';
import { DUTY } from './duties.js';
import type { Correction } from './correction.js';
import type { CorrectionMeter } from './correction-meter.js';
import type { EgressHold } from './egress-hold.js';
import type { Expecting } from './expecting.js';
import { HANDED_BYTES, HANDED_WORDS, HandedPacket } from './handed-packet.js';
import { HeldPackets } from './held-packets.js';
import type { Legs } from './legs.js';

const WORD_BYTES = 4;

/** Judges packets: each by its slot, then by the pipeline; writes the answers. */
export class Serving {
  /** Packets judged here that came from an orchestrator. */
  judged = 0;
  /** Packets that passed, and how long they were; packets that were refused by name. */
  passed = 0;
  passedBytes = 0;
  refused = 0;
  /** Something answered since the last `flushed` may leave only with what it depends on. */
  mustHold = false;
  private readonly held: HeldPackets;
  private readonly reader = new PacketFrameReader();
  private readonly handed = new HandedPacket();
  private readonly rt: Runtime;
  private readonly pipeline: Pipeline;
  private readonly connections: ConnectionTable;
  private readonly duties: Duties;
  private readonly egress: EgressHold;
  private readonly correction: Correction;
  private readonly meter: CorrectionMeter;
  private readonly legs: Legs;
  private readonly expecting: Expecting;
  private readonly me: number;
  /** Firewall instances of this member; 0: they are not compared. */
  private readonly instances: number;

  constructor(parts: {
    rt: Runtime;
    pipeline: Pipeline;
    connections: ConnectionTable;
    duties: Duties;
    egress: EgressHold;
    correction: Correction;
    meter: CorrectionMeter;
    legs: Legs;
    expecting: Expecting;
    maxHeld: number;
    me: number;
    instances: number;
  }) {
    this.rt = parts.rt;
    this.pipeline = parts.pipeline;
    this.connections = parts.connections;
    this.duties = parts.duties;
    this.egress = parts.egress;
    this.correction = parts.correction;
    this.meter = parts.meter;
    this.legs = parts.legs;
    this.expecting = parts.expecting;
    this.held = new HeldPackets(parts.maxHeld);
    this.me = parts.me;
    this.instances = parts.instances;
  }

  /** Packets held for slots that may not be served yet. */
  get heldPackets(): number {
    return this.held.size;
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
    const { duty } = this.duties;
    // By a distribution that is over: only an orchestrator that is lost, and does not know it yet, sends such packets.
    const isOver = version < table.spreadSince;
    this.connections.marks.setIncarnation(orchestrator, channel.peerIncarnation);
    while (reader.next()) {
      const slot = reader.aux;
      let at = reader.packetAt;
      let { lenBytes } = reader;
      let fragmentPorts = 0;
      if ((reader.flags & RECORD_FLAG.laterFragment) !== 0) {
        fragmentPorts = words[at] as number;
        at++;
        lenBytes -= WORD_BYTES;
      }
      if (isOver || table.active[slot] !== this.me || version < (table.epoch[slot] as number)) {
        this.egress.writerFor(channel).addBare(reader.id, reader.side, REASONS.nack, slot);
      } else if (duty[slot] === DUTY.serving) {
        this.judge(reader.words, at, lenBytes, fragmentPorts, slot, reader.side, reader.id, channel, orchestrator, now);
      } else {
        this.hold(at, lenBytes, fragmentPorts, slot, channel, orchestrator, false);
      }
    }
  }

  /** Judges packets that another member, by `version` of the table, took for at home here. */
  onForward(words: Int32Array, version: number, channel: Channel): void {
    const reader = this.reader;
    const table = this.duties.table;
    if (!reader.open(words) || table === undefined) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const now = this.connections.relative(this.rt.nowMs());
    while (reader.next()) {
      const home = reader.aux;
      const at = reader.packetAt;
      if (table.active[home] !== this.me || version < (table.epoch[home] as number)) {
        this.egress.writerFor(channel).addBare(reader.id, reader.side, REASONS.nack, home);
      } else if (this.duties.duty[home] === DUTY.serving) {
        this.judgeHanded(reader.words, at, reader.lenBytes, home, reader.side, reader.id, channel, reader.code, now);
      } else {
        this.hold(at, reader.lenBytes, 0, home, channel, reader.code, true);
      }
    }
  }

  /** The slot may be served now: what was held for it comes first, in order. */
  serveHeld(slot: number): void {
    const held = this.held.take(slot);
    if (held === undefined) return;
    const now = this.connections.relative(this.rt.nowMs());
    for (const p of held) {
      if (p.handed) this.judgeHanded(p.words, 0, p.lenBytes, slot, p.side, p.id, p.channel, p.orchestrator, now);
      else this.judge(p.words, 0, p.lenBytes, p.fragmentPorts, slot, p.side, p.id, p.channel, p.orchestrator, now);
    }
  }

  /** The slot is no longer this member's: what was held for it is steered again. */
  refuseHeld(slot: number): void {
    const held = this.held.take(slot);
    if (held === undefined) return;
    for (const p of held) this.egress.writerFor(p.channel).addBare(p.id, p.side, REASONS.nack, slot);
  }

  /** The sender's incarnation is over: nobody waits for these packets. */
  forgetChannel(channel: Channel): void {
    this.held.forgetChannel(channel);
  }

  clear(): void {
    this.held.clear();
    this.mustHold = false;
  }

  /**
   * Judges a packet handed on, which stands behind its head at word `at` (see handed-packet.ts), and answers the
   * member that it came from. `lenBytes` counts the head.
   */
  private judgeHanded(
    words: Int32Array,
    at: number,
    lenBytes: number,
    home: number,
    side: number,
    id: number,
    channel: Channel,
    orchestrator: number,
    now: number,
  ): void {
    const writer = this.egress.writerFor(channel);
    const epoch = this.duties.table?.epoch[home] ?? 0;
    this.meter.judgedForOther();
    const verdict = this.judgeAtHome(words, at, lenBytes, side, orchestrator, now);
    if (verdict === NOT_HERE) writer.addBare(id, side, REASONS.not_home, epoch);
    else this.write(verdict, words, at + HANDED_WORDS, lenBytes - HANDED_BYTES, side, id, channel, epoch);
  }

  /** The verdict on a packet behind its head, or `NOT_HERE`. */
  judgeAtHome(
    words: Int32Array,
    at: number,
    lenBytes: number,
    side: number,
    orchestrator: number,
    now: number,
  ): number {
    const { pipeline } = this;
    const incarnation = (words[at + 1] as number) >>> 0;
    const [a, b, ports] = [words[at + 2] as number, words[at + 3] as number, words[at + 4] as number];
    const fragmentPorts = words[at + 6] as number;
    if (!this.connections.marks.setIncarnation(orchestrator, incarnation)) return NOT_HERE;
    const slot = pipeline.read(words, at + HANDED_WORDS, lenBytes - HANDED_BYTES, side, fragmentPorts);
    if (slot < 0) return -slot;
    // fidelity: F-COREXL-MISMATCH
    if (this.instances > 0) {
      const { proto } = pipeline.steering.key;
      if (this.instanceOf(connectionHash(a, b, ports, proto)) !== words[at + 5]) return REASONS.corexl_mismatch;
    }
    return pipeline.judgeCorrected(a, b, ports, side, orchestrator, words[at] as number, now);
  }

  /** Writes what is said of the packet read last, translated where its connection is. */
  write(
    verdict: number,
    words: Int32Array,
    at: number,
    lenBytes: number,
    side: number,
    id: number,
    channel: Channel,
    epoch: number,
  ): void {
    const { pipeline } = this;
    const writer = this.egress.writerFor(channel);
    if (verdict !== 0) {
      this.refused++;
      writer.addBare(id, side, verdict, epoch);
      return;
    }
    this.passed++;
    this.passedBytes += lenBytes;
    writer.add(id, lenBytes, side, 0, epoch, words, at);
    if (pipeline.translated) {
      const { icmpError, track } = pipeline.steering.key;
      const kind = icmpError ? REWRITE.icmpError : track === TRACK.fragment ? REWRITE.laterFragment : REWRITE.plain;
      const { newSrc, newDst, newSrcPort, newDstPort } = pipeline;
      const written = writer.at - ((lenBytes + 3) >> 2);
      rewritePacket(writer.words, written, lenBytes, newSrc, newDst, newSrcPort, newDstPort, kind);
    }
    // A replay may be all that is left of a first packet whose member was lost before the other leg knew.
    if (pipeline.beganTwoLegs || (pipeline.replayed && this.connections.hasTwoLegs(pipeline.index))) {
      this.legs.install(pipeline.index);
      this.mustHold = true;
    }
    if (pipeline.waitsForBackup()) this.mustHold = true;
    if (pipeline.index >= 0 && this.expecting.look(words, at, lenBytes)) this.mustHold = true;
  }

  /** Judges a packet of a slot served here. */
  judge(
    words: Int32Array,
    at: number,
    lenBytes: number,
    fragmentPorts: number,
    slot: number,
    side: number,
    number: number,
    channel: Channel,
    orchestrator: number,
    now: number,
  ): void {
    this.judged++;
    const epoch = this.duties.table?.epoch[slot] ?? 0;
    const steered = this.pipeline.read(words, at, lenBytes, side, fragmentPorts);
    let verdict: number;
    if (steered < 0) verdict = -steered;
    else if (steered === slot) verdict = this.pipeline.judge(slot, side, orchestrator, number, now);
    else {
      // The orchestrator's slot and ours differ: one of us steers by other settings.
      this.rt.count('packets_of_another_slot', 1);
      verdict = REASONS.malformed;
    }
    if (verdict === CORRECT) {
      const { handed } = this;
      handed.words = words;
      handed.at = at;
      handed.lenBytes = lenBytes;
      handed.fragmentPorts = fragmentPorts;
      handed.slot = slot;
      handed.epoch = epoch;
      handed.side = side;
      handed.number = number;
      handed.orchestrator = orchestrator;
      handed.incarnation = channel.peerIncarnation;
      if (this.instances > 0) handed.instance = this.instanceOf(this.pipeline.steering.hash);
      const refused = this.correction.handOn(handed);
      if (refused === 0) return;
      verdict = refused;
    }
    this.write(verdict, words, at, lenBytes, side, number, channel, epoch);
  }

  private instanceOf(hash: number): number {
    return (hash >>> 0) % this.instances;
  }

  private hold(
    at: number,
    lenBytes: number,
    fragmentPorts: number,
    slot: number,
    channel: Channel,
    orchestrator: number,
    handed: boolean,
  ): void {
    const { reader } = this;
    if (this.held.keep(reader, at, lenBytes, fragmentPorts, slot, channel, orchestrator, handed)) return;
    this.egress.writerFor(channel).addBare(reader.id, reader.side, REASONS.hold_overflow, slot);
  }
}
