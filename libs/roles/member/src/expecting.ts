import type { ConnectionTable, Expectations, Pipeline } from '@rehearsal/dataplane';
import { PROTO_TCP, PROTO_UDP } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import { Announced, ftpControl, sipMessage } from '@rehearsal/packets';
import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import type { Awaited, PeerWay } from './peer-way.js';
import { tableVersionOf } from './unfolded.js';

const FTP_PORT = 21;
const SIP_PORT = 5060;
/** In a frame: address, port and protocol, home slot, rule, sync policy, ms left. */
const RECORD_WORDS = 6;

function* recordsOf(words: Int32Array): Generator<Int32Array> {
  for (let at = HEADER_WORDS; at + RECORD_WORDS <= words.length; at += RECORD_WORDS) {
    yield words.subarray(at, at + RECORD_WORDS);
  }
}

export interface ExpectingParts {
  readonly rt: Runtime;
  readonly connections: ConnectionTable;
  readonly expectations: Expectations;
  readonly pipeline: Pipeline;
  /** fidelity: F-ALG-EXPECT */
  readonly expectMs: number;
  /** Numbers of the other members that are active. */
  others(): readonly number[];
  wayTo(member: number): PeerWay | undefined;
  /** Whether the table has this member as the slot's active, or as its backup. */
  holds(slot: number): boolean;
}

/**
 * Reads what FTP and SIP connections announce, and tells every other member before the announcement leaves, so
 * that the data connection is known wherever it comes in.
 */
export class Expecting {
  private readonly announced = new Announced();
  private readonly outbox: number[] = [];
  /** By member that has joined in this life: the version of the table it joined by. */
  private readonly joinedBy = new Map<number, number>();
  private readonly parts: ExpectingParts;

  constructor(parts: ExpectingParts) {
    this.parts = parts;
  }

  /** Looks at an accepted packet of the connection the pipeline judged last. True: it must wait for the others. */
  look(words: Int32Array, at: number, lenBytes: number): boolean {
    const { key } = this.parts.pipeline.steering;
    const { srcPort, dstPort } = key;
    const isFtp = key.proto === PROTO_TCP && (srcPort === FTP_PORT || dstPort === FTP_PORT);
    const isSip =
      (key.proto === PROTO_UDP || key.proto === PROTO_TCP) && (srcPort === SIP_PORT || dstPort === SIP_PORT);
    const { announced } = this;
    if (isFtp) ftpControl(words, at, lenBytes, srcPort === FTP_PORT, announced);
    else if (isSip) sipMessage(words, at, lenBytes, announced);
    else return false;
    if (announced.count === 0) return false;
    const { connections, pipeline } = this.parts;
    const home = connections.slotOf(pipeline.index);
    const sync = connections.syncOf(pipeline.index);
    const rule = connections.ruleOf(pipeline.index);
    for (let i = 0; i < announced.count; i++) {
      const address = announced.addressOf(i);
      const portAndProto = announced.portOf(i) | (announced.protoOf(i) << 16);
      this.keep(address, portAndProto, home, rule, sync, this.parts.expectMs);
      this.outbox.push(address, portAndProto, home, rule, sync, this.parts.expectMs);
    }
    return true;
  }

  /** Tells the others what was announced since; returns what the announcements wait for. */
  flush(): readonly Awaited[] {
    if (this.outbox.length === 0) return [];
    const frame = new Int32Array(HEADER_WORDS + this.outbox.length);
    frame.set(this.outbox, HEADER_WORDS);
    this.outbox.length = 0;
    const awaited: Awaited[] = [];
    for (const member of this.parts.others()) {
      const way = this.parts.wayTo(member);
      if (way === undefined) continue;
      const wait: Awaited = { member, linkSeq: 0, done: false };
      awaited.push(wait);
      way.send(FRAME.expect, frame, frame.length, wait);
    }
    return awaited;
  }

  /** Another member's words. */
  hear(words: Int32Array): void {
    for (const [address, portAndProto, home, rule, sync, leftMs] of recordsOf(words)) {
      this.keep(address!, portAndProto!, home!, rule!, sync!, leftMs!);
    }
  }

  /** Tells another member's words, once the table they speak of is folded here, to who joined unknown to their sender. */
  passOn(words: Int32Array): void {
    const held: number[] = [];
    for (const record of recordsOf(words)) if (this.parts.holds(record[2]!)) held.push(...record);
    const version = tableVersionOf(words);
    for (const [member, joinedBy] of this.joinedBy) if (joinedBy > version) this.send(member, held);
  }

  /**
   * A member has joined by this version of the table, and knows nothing yet of what connections expect. Their home's
   * active and its backup both say it: either may be lost, and nobody may have noticed yet.
   */
  tell(member: number, version: number): void {
    this.joinedBy.set(member, version);
    const { connections, expectations, rt, holds } = this.parts;
    const now = connections.relative(rt.nowMs());
    const words: number[] = [];
    expectations.forEach((address, port, proto, { home, rule, sync, until }) => {
      const leftMs = (until - now) | 0;
      if (leftMs > 0 && holds(home)) words.push(address, port | (proto << 16), home, rule, sync, leftMs);
    });
    this.send(member, words);
  }

  sweep(now: number): void {
    this.parts.expectations.sweep(now);
  }

  clear(): void {
    this.parts.expectations.clear();
    this.outbox.length = 0;
    this.joinedBy.clear();
  }

  private send(member: number, records: readonly number[]): void {
    if (records.length === 0) return;
    const frame = new Int32Array(HEADER_WORDS + records.length);
    frame.set(records, HEADER_WORDS);
    this.parts.wayTo(member)?.send(FRAME.expect, frame, frame.length, undefined);
  }

  private keep(address: number, portAndProto: number, home: number, rule: number, sync: number, leftMs: number): void {
    const { connections, expectations, rt } = this.parts;
    const until = (connections.relative(rt.nowMs()) + leftMs) | 0;
    const expected = { home, rule, sync, until };
    if (!expectations.add(address, portAndProto & 0xffff, portAndProto >>> 16, expected)) {
      rt.count('expectations_refused', 1);
    }
  }
}
