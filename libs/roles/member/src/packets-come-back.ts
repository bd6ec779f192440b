import type { ConnectionTable, Pipeline } from '@rehearsal/dataplane';
import { NOT_HERE } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import { REASONS } from '@rehearsal/protocol';
import type { Duties } from './duties.js';
import { DUTY } from './duties.js';
import type { EgressHold } from './egress-hold.js';
import { HANDED_BYTES, HANDED_WORDS } from './handed-packet.js';
import type { Peers } from './peers.js';
import type { Serving } from './serving.js';

export interface PacketsComeBackParts {
  readonly rt: Runtime;
  readonly connections: ConnectionTable;
  readonly pipeline: Pipeline;
  readonly duties: Duties;
  readonly egress: EgressHold;
  readonly serving: Serving;
  readonly peers: Peers;
}

/**
 * Packets kept to be corrected that are this member's to judge after all: their home has come here, or has turned
 * out to be none. `words` is the arena; `at` is where a packet's head begins, which `lenBytes` counts (see
 * handed-packet.ts).
 */
export class PacketsComeBack {
  private readonly parts: PacketsComeBackParts;

  constructor(parts: PacketsComeBackParts) {
    this.parts = parts;
  }

  /** A packet, come in by `slot`, whose home slot is served here by now. */
  judgeAtHome(
    words: Int32Array,
    at: number,
    lenBytes: number,
    side: number,
    slot: number,
    epoch: number,
    orchestrator: number,
  ): void {
    const { rt, connections, serving, peers } = this.parts;
    const now = connections.relative(rt.nowMs());
    const verdict = serving.judgeAtHome(words, at, lenBytes, side, orchestrator, now);
    if (verdict === NOT_HERE) {
      this.judgeAfresh(words, at, lenBytes, side, slot, orchestrator);
      return;
    }
    const channel = peers.channelTo(orchestrator, (words[at + 1] as number) >>> 0);
    if (channel === undefined) return;
    const [packetAt, packetBytes] = [at + HANDED_WORDS, lenBytes - HANDED_BYTES];
    serving.write(verdict, words, packetAt, packetBytes, side, words[at] as number, channel, epoch);
  }

  /** A packet that came in by `slot` and met a forwarding entry whose home is no more. */
  judgeAfresh(words: Int32Array, at: number, lenBytes: number, side: number, slot: number, orchestrator: number): void {
    const { rt, connections, pipeline, duties, egress, serving, peers } = this.parts;
    const channel = peers.channelTo(orchestrator, (words[at + 1] as number) >>> 0);
    if (channel === undefined) return;
    const number = words[at] as number;
    if (duties.duty[slot] !== DUTY.serving) {
      egress.writerFor(channel).addBare(number, side, REASONS.nack, slot);
      return;
    }
    const [packetAt, packetBytes, fragmentPorts] = [
      at + HANDED_WORDS,
      lenBytes - HANDED_BYTES,
      words[at + 6] as number,
    ];
    pipeline.read(words, packetAt, packetBytes, side, fragmentPorts);
    const now = connections.relative(rt.nowMs());
    const verdict = pipeline.judgeAfresh(slot, side, orchestrator, number, now);
    const epoch = duties.table?.epoch[slot] ?? 0;
    serving.write(verdict, words, packetAt, packetBytes, side, number, channel, epoch);
  }
}
