import { HAZARD, hazardOf } from './hazards.js';
import {
  ENTRY_WORDS,
  FROM_OUTSIDE,
  INITIATOR_B,
  LEG_A,
  LEG_B,
  LEG_FLAGS,
  LEG_PORTS,
  LEG_SLOT,
  LEG_WORDS,
  MAX_RULE,
  META,
  PROTO_MASK,
  STATE_SHIFT,
  SYNC,
  SYNC_SHIFT,
  TRANSLATED,
  TWO_LEGS,
} from './connection-entry.js';
import { ConnectionEnds } from './connection-ends.js';
import type { SyncPolicy } from './connection-entry.js';
import { NONE, TABLE_FULL } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import type { Expectations, Expected } from './expectations.js';
import type { Expiry } from './expiry.js';
import { FLOW } from './flow-records.js';
import { FlowRecorder, NO_FLOWS } from './flow-recorder.js';
import { PROTO_TCP, PROTO_UDP, TRACK } from './packet-key.js';
import type { PacketKey } from './packet-key.js';
import type { Steering } from './steering.js';
import { connectionHash } from './steering.js';
import { noteChange } from './sync-decision.js';
import { DROP, REOPEN, SEGMENT, STATE, nextState, nextUdpState, segmentOf } from './tcp.js';
import { Translator } from './translator.js';
import type { NatLookup } from './translator.js';
import { VERDICT } from './verdict.js';

/** The installed policy, as far as the pipeline asks it. Addresses are 32-bit integers in host order. */
export interface PolicyMatcher {
  /** Index of the first rule that matches, 0 to 32767; -1: none does. */
  match(src: number, dst: number, proto: number, dstPort: number): number;
  /** Whether the rule accepts. */
  accepts(rule: number): boolean;
  /** What the rule says of sync; undefined leaves it to service and setting. */
  syncOf(rule: number): Exclude<SyncPolicy, 'immediate'> | undefined;
  /** Whether the rule is not critical: nothing begins by it while the group is below full capacity. */
  defers(rule: number): boolean;
  readonly nat: NatLookup;
}

export interface PipelineSettings {
  readonly slots: number;
  /** Sync of connections that neither rule nor service says otherwise of (fidelity: F-SYNC-POLICY). */
  readonly sync: Exclude<SyncPolicy, 'immediate'>;
  /** Services that are never synced (fidelity: F-SYNC-NEVER). */
  readonly syncNever: readonly { readonly proto: number; readonly port: number }[];
  readonly syncDelayMs: number;
  /** Connections of two legs are not delayed (fidelity: F-SYNC-ASYMMETRIC). */
  readonly asymmetricAtOnce: boolean;
  /** A TCP packet that no connection and no SYN explains (fidelity: F-TCP-OUT-OF-STATE). */
  readonly tcpOutOfState: 'drop' | 'accept';
  /** Packets that nothing names a connection of; they pass or not, each by itself (fidelity: F-POLICY-OTHER). */
  readonly other: 'pass' | 'drop';
  /** Ports hidden connections leave from, first and last (fidelity: F-NAT-PORT-BLOCKS). */
  readonly natPorts: readonly [from: number, to: number];
}

/** Instead of a verdict: the packet's connection is at home in another slot, which is served elsewhere, or was just now. */
export const CORRECT = -1;
/** Instead of a verdict on a corrected packet: its connection is not known here. */
export const NOT_HERE = -2;

/** Marks older than this say nothing: packet numbers may have gone half round since. */
const MARK_LIFE_MS = 300_000;

/**
 * What a member does with one packet: read it, find or make its connection, follow its state, give the verdict.
 *
 * A packet the connection has seen before (its number is not above the mark) is a replay: its state stays and it
 * is emitted again, since the first emission may never have left. Drops leave no mark. A replay is dropped only
 * if the connection could not accept it in its present state either, which tcp.ts makes agree with the first
 * verdict for every packet that was accepted.
 *
 * A connection is at home in the slot its first packet came in by. Where its answers come in by another slot (they
 * are translated, or the interfaces steer by different addresses) that slot holds a forwarding entry, and packets
 * that meet one are judged where their home is served (fidelity: F-CORRECTION).
 */
export class Pipeline {
  readonly steering: Steering;
  /** Connections that began here. */
  opened = 0;
  /** Connection the last packet belongs to, or -1. */
  index = NONE;
  /** Whether the last packet was a replay. */
  replayed = false;
  /** The last packet began a connection whose other leg needs a forwarding entry (`otherLegOf`). */
  beganTwoLegs = false;
  /** After `CORRECT`: the slot the connection is at home in, and its key. */
  homeSlot = 0;
  homeA = 0;
  homeB = 0;
  homePorts = 0;
  /** The last packet, if accepted, leaves with these ends; host order. */
  translated = false;
  newSrc = 0;
  newDst = 0;
  newSrcPort = 0;
  newDstPort = 0;
  /**
   * Whether earlier packets for a home slot have been handed on and not settled yet. Where the home has moved here
   * meanwhile, what comes by other slots is handed on as well: it would overtake them.
   */
  isQueued: (home: number) => boolean = () => false;
  /** Traffic that the software here does not bear (fidelity: F-KNOWN-ISSUES), as bits of HAZARD; `onHazard` hears of it. */
  hazards = 0;
  onHazard: (hazard: number) => void = () => {};
  /** The group is below full capacity: no connection begins by a rule that is not critical (fidelity: F-DEFER). */
  isDeferring = false;
  private readonly table: ConnectionTable;
  private readonly expiry: Expiry;
  private policy: PolicyMatcher;
  private readonly settings: PipelineSettings;
  private sync!: number;
  private readonly translator: Translator;
  private readonly ends = new ConnectionEnds();
  /** 1 where this member serves the slot. */
  private readonly serves: Uint8Array;
  private readonly expectations: Expectations;
  private readonly flows: FlowRecorder;
  /** Of the packet read last. */
  private lenBytes = 0;
  private wasHandedOn = false;
  /** By port: bit 0 for TCP, bit 1 for UDP: the service is never synced. */
  private readonly neverSynced = new Uint8Array(65536);

  constructor(
    table: ConnectionTable,
    expiry: Expiry,
    policy: PolicyMatcher,
    steering: Steering,
    serves: Uint8Array,
    expectations: Expectations,
    settings: PipelineSettings,
    flows: FlowRecorder = new FlowRecorder(table, NO_FLOWS),
  ) {
    this.table = table;
    this.expiry = expiry;
    this.policy = policy;
    this.settings = settings;
    this.serves = serves;
    this.expectations = expectations;
    this.flows = flows;
    this.steering = steering;
    this.translator = new Translator(table, settings.slots, settings.natPorts);
    this.settingsChanged();
  }

  /** Its settings have other values now: connections that begin later are copied as they say. */
  settingsChanged(): void {
    const { sync, syncNever } = this.settings;
    this.sync = SYNC[sync];
    this.neverSynced.fill(0);
    for (const { proto, port } of syncNever) {
      const bit = proto === PROTO_TCP ? 1 : proto === PROTO_UDP ? 2 : 0;
      this.neverSynced[port] = (this.neverSynced[port] as number) | bit;
    }
  }

  /** Later packets are matched by this policy; connections that exist stay. */
  install(policy: PolicyMatcher): void {
    this.policy = policy;
  }

  /**
   * Reads the packet of `lenBytes` at word `at` that came in at `side` (0 inside, 1 outside) and returns its slot, or
   * minus the verdict that refuses it. `judge` then speaks of this packet. `fragmentPorts`: of its first fragment.
   */
  read(words: Int32Array, at: number, lenBytes: number, side: number, fragmentPorts: number): number {
    this.lenBytes = lenBytes;
    return this.steering.steer(words, at, lenBytes, side, fragmentPorts);
  }

  /**
   * The verdict on the packet read last, of slot `slot`, or `CORRECT`. `orchestrator` 0 or 1 and `packetNumber` say
   * who sent it here and as what; `now` is in the table's time.
   */
  judge(slot: number, side: number, orchestrator: number, packetNumber: number, now: number): number {
    const key = this.steering.key;
    this.clear();
    if (this.hazards !== 0) {
      const met = hazardOf(key, this.hazards);
      if (met !== 0) this.onHazard(met);
      if (met === HAZARD.gtp) return VERDICT.known_issue;
    }
    if (key.track === TRACK.other) {
      return this.settings.other === 'pass' ? VERDICT.accept : VERDICT.unsupported_protocol;
    }
    if (isInvalid(key)) return VERDICT.malformed;
    const table = this.table;
    const { hash } = this.steering;
    const index = table.find(hash, key.a, key.b, key.ports, key.proto);
    if (index !== NONE) {
      const home = table.slotOf(index);
      if (home === slot || this.isHere(home, slot))
        return this.follow(index, slot, side, orchestrator, packetNumber, now);
      return this.correct(home, key.a, key.b, key.ports);
    }
    if (table.forwards > 0) {
      const forward = table.findForward(hash, key.a, key.b, key.ports, key.proto, slot);
      if (forward !== NONE) {
        const verdict = this.followForward(forward, slot, side, orchestrator, packetNumber, now);
        if (verdict !== NOT_HERE) return verdict;
      }
    }
    return this.beginWhereExpected(slot, side, orchestrator, packetNumber, now);
  }

  /** As `judge`, for a packet whose home said that it does not know its connection: what was expected is not. */
  judgeAfresh(slot: number, side: number, orchestrator: number, packetNumber: number, now: number): number {
    const { key, hash } = this.steering;
    this.clear();
    const forward = this.table.findForward(hash, key.a, key.b, key.ports, key.proto, slot);
    if (forward !== NONE) this.table.remove(forward, true);
    return this.begin(slot, side, orchestrator, packetNumber, now, undefined);
  }

  /**
   * The verdict on the packet read last, which another member handed on since its connection, of this key, is at home
   * in a slot served here; or `NOT_HERE`.
   */
  judgeCorrected(
    a: number,
    b: number,
    ports: number,
    side: number,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): number {
    this.clear();
    this.wasHandedOn = true;
    if (isInvalid(this.steering.key)) return VERDICT.malformed;
    const index = this.liveOf(a, b, ports, now);
    if (index === NONE) return this.beginWhereExpected(NONE, side, orchestrator, packetNumber, now);
    return this.follow(index, NONE, side, orchestrator, packetNumber, now);
  }

  /** Whether the last packet, if accepted, may leave only once the backup holds the state it led to. */
  waitsForBackup(): boolean {
    return this.index !== NONE && this.table.syncOf(this.index) === SYNC.strict;
  }

  private clear(): void {
    this.index = NONE;
    this.replayed = false;
    this.beganTwoLegs = false;
    this.translated = false;
    this.wasHandedOn = false;
  }

  private correct(home: number, a: number, b: number, ports: number): number {
    this.homeSlot = home;
    this.homeA = a;
    this.homeB = b;
    this.homePorts = ports;
    return CORRECT;
  }

  /** Whether a packet that came in by `slot`, `NONE` where it was handed on, is judged at a home here and now. */
  private isHere(home: number, slot: number): boolean {
    return this.serves[home] === 1 && (slot === NONE || !this.isQueued(home));
  }

  private expected(now: number): Expected | undefined {
    if (this.expectations.size === 0) return undefined;
    const { key } = this.steering;
    return this.expectations.find(key.dst, key.dstPort, key.proto, now);
  }

  private followForward(
    forward: number,
    slot: number,
    side: number,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): number {
    const { table } = this;
    const leg = forward * LEG_WORDS;
    const home = table.legs[leg + LEG_SLOT] as number;
    const a = table.legs[leg + LEG_A] as number;
    const b = table.legs[leg + LEG_B] as number;
    const ports = table.legs[leg + LEG_PORTS] as number;
    table.touch(forward, now);
    if (!this.isHere(home, slot)) return this.correct(home, a, b, ports);
    const index = this.liveOf(a, b, ports, now);
    if (index !== NONE) return this.follow(index, slot, side, orchestrator, packetNumber, now);
    table.remove(forward, true);
    return NOT_HERE;
  }

  /** The connection of this key and the last packet's protocol, unless its time is up. */
  private liveOf(a: number, b: number, ports: number, now: number): number {
    const { proto } = this.steering.key;
    const index = this.table.find(connectionHash(a, b, ports, proto), a, b, ports, proto);
    return index === NONE || this.expiry.isExpired(index, now, 0) ? NONE : index;
  }

  /** `slot`: the one the packet came in by; `NONE` when another member did that. */
  private follow(
    index: number,
    slot: number,
    side: number,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): number {
    const { table, steering } = this;
    const { key } = steering;
    const meta = table.words[index * ENTRY_WORDS + META] as number;
    const otherKey = (meta & TWO_LEGS) !== 0 && !this.isKeyOf(index, key);
    const fromInitiator = !otherKey && key.swapped === ((meta & INITIATOR_B) === 0 ? 0 : 1);
    const otherLeg = !fromInitiator && (meta & TWO_LEGS) !== 0;
    if (key.icmpError) {
      this.translate(index, fromInitiator);
      return VERDICT.accept;
    }
    const state = table.stateOf(index);
    const next =
      key.track === TRACK.fragment
        ? state
        : key.proto === PROTO_TCP
          ? nextState(state, key.tcpFlags, fromInitiator)
          : nextUdpState(state, fromInitiator);
    if (table.marks.covers(index, orchestrator, packetNumber, otherLeg) && this.isFresh(index, now)) {
      this.index = index;
      this.replayed = true;
      noteChange(table, index, now, this.settings.syncDelayMs);
      if (next === DROP && !table.wasReopened(index)) return VERDICT.out_of_state;
      this.translate(index, fromInitiator);
      return VERDICT.accept;
    }
    if (this.expiry.isExpired(index, now, 0)) {
      this.flows.tell(FLOW.idle, index, now, 0);
      table.remove(index, true);
      return this.beginWhereExpected(slot, side, orchestrator, packetNumber, now);
    }
    if (next === DROP) return VERDICT.out_of_state;
    if (next === REOPEN) return this.reopen(index, slot, side, orchestrator, packetNumber, now);
    this.applied(index, next, fromInitiator, orchestrator, packetNumber, now);
    this.translate(index, fromInitiator);
    return VERDICT.accept;
  }

  /**
   * Begins a connection at home with the control connection that announced it; one that nobody announced, where its
   * packet came in: by `slot`, or `NONE` when another member handed it on.
   */
  private beginWhereExpected(
    slot: number,
    side: number,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): number {
    const expected = this.expected(now);
    const isHere = expected === undefined ? slot !== NONE : expected.home === slot || this.isHere(expected.home, slot);
    if (isHere) return this.begin(slot, side, orchestrator, packetNumber, now, expected);
    if (slot === NONE) return NOT_HERE;
    const { key } = this.steering;
    return this.correct(expected!.home, key.a, key.b, key.ports);
  }

  /** `slot`: where the packet came in, unless the connection is `expected`: it is at home with its control connection. */
  private begin(
    slot: number,
    side: number,
    orchestrator: number,
    packetNumber: number,
    now: number,
    expected: Expected | undefined,
  ): number {
    const { table, steering } = this;
    const { key, hash } = steering;
    if (key.icmpError || key.track === TRACK.fragment) {
      return this.refuse(VERDICT.out_of_state, slot, NONE, side, now);
    }
    let state: number = STATE.udpSent;
    if (key.proto === PROTO_TCP) {
      state = nextState(STATE.none, key.tcpFlags, true);
      if (state === DROP) {
        if (this.settings.tcpOutOfState === 'drop' || segmentOf(key.tcpFlags) === SEGMENT.rst) {
          return this.refuse(VERDICT.out_of_state, slot, NONE, side, now);
        }
        state = STATE.established;
      }
    }
    const rule = expected?.rule ?? this.policy.match(key.src, key.dst, key.proto, key.dstPort);
    const refusal = expected === undefined ? this.refusalOf(rule) : VERDICT.accept;
    if (refusal !== VERDICT.accept) return this.refuse(refusal, slot, rule, side, now);
    const home = expected?.home ?? slot;
    const cameIn =
      expected === undefined ? slot : steering.slotOf(side, key.src, key.dst, key.srcPort, key.dstPort, key.proto);
    const { translator } = this;
    if (!translator.choose(this.policy.nat, key, side, home, hash)) {
      return this.refuse(VERDICT.nat_ports_exhausted, home, rule, side, now);
    }
    const { src, dst, srcPort, dstPort, translated } = translator;
    const otherSlot = steering.slotOf(1 - side, dst, src, dstPort, srcPort, key.proto);
    const twoLegs = translated || ((otherSlot !== home || cameIn !== home) && !key.gtpInner);
    const index = table.insert(
      hash,
      key.a,
      key.b,
      key.ports,
      key.proto,
      this.sharedBits(state, side, rule, twoLegs, expected?.sync),
      home,
      rule,
      now,
    );
    if (index === TABLE_FULL) {
      translator.giveBack(key.proto);
      return this.refuse(VERDICT.table_full, home, rule, side, now);
    }
    this.opened++;
    if (twoLegs) {
      translator.write(index, otherSlot);
      this.beganTwoLegs = true;
    }
    this.flows.opened(index, now);
    this.applied(index, state, true, orchestrator, packetNumber, now);
    this.translate(index, true);
    return VERDICT.accept;
  }

  private reopen(
    index: number,
    slot: number,
    side: number,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): number {
    const { table } = this;
    const key = this.steering.key;
    const expected = this.expected(now);
    if (table.hasTwoLegs(index) || (expected !== undefined && expected.home !== table.slotOf(index))) {
      // The other side of a translated connection cannot begin it: it does not know the ends it would have to name.
      if (!this.isKeyOf(index, key)) return VERDICT.out_of_state;
      // What begins now need not be what was: another home, another port, another leg.
      table.remove(index, true);
      return this.beginWhereExpected(slot, side, orchestrator, packetNumber, now);
    }
    const rule = expected?.rule ?? this.policy.match(key.src, key.dst, key.proto, key.dstPort);
    const refusal = expected === undefined ? this.refusalOf(rule) : VERDICT.accept;
    if (refusal !== VERDICT.accept) return this.refuse(refusal, table.slotOf(index), rule, side, now);
    this.opened++;
    table.reopen(index, this.sharedBits(STATE.synSent, side, rule, false, expected?.sync), rule, now);
    this.flows.opened(index, now);
    this.applied(index, STATE.synSent, true, orchestrator, packetNumber, now);
    return VERDICT.accept;
  }

  private applied(
    index: number,
    state: number,
    fromInitiator: boolean,
    orchestrator: number,
    packetNumber: number,
    now: number,
  ): void {
    const before = this.table.stateOf(index);
    this.table.apply(index, state, fromInitiator, orchestrator, packetNumber, now);
    this.flows.passed(index, fromInitiator, this.lenBytes, this.wasHandedOn);
    if (state === STATE.closed && before !== STATE.closed) this.flows.tell(FLOW.closed, index, now, before);
    noteChange(this.table, index, now, this.settings.syncDelayMs);
    this.index = index;
  }

  /** The verdict on what would have begun a connection, told for the record. */
  private refuse(verdict: number, slot: number, rule: number, side: number, now: number): number {
    this.flows.refused(this.steering.key, slot, rule, side === 1, now, verdict);
    return verdict;
  }

  /** Says with which ends the packet of this connection leaves. */
  private translate(index: number, fromInitiator: boolean): void {
    const { legs, words } = this.table;
    const leg = index * LEG_WORDS;
    if (!this.table.hasTwoLegs(index) || ((legs[leg + LEG_FLAGS] as number) & TRANSLATED) === 0) return;
    this.translated = true;
    if (fromInitiator) {
      const ports = legs[leg + LEG_PORTS] as number;
      this.newSrc = legs[leg + LEG_A] as number;
      this.newDst = legs[leg + LEG_B] as number;
      this.newSrcPort = ports & 0xffff;
      this.newDstPort = ports >>> 16;
      return;
    }
    // Back to what the initiator knows: from whom it sent to, to itself.
    const { ends } = this;
    ends.read(words, index);
    this.newSrc = ends.dst;
    this.newDst = ends.src;
    this.newSrcPort = ends.dstPort;
    this.newDstPort = ends.srcPort;
  }

  private isKeyOf(index: number, key: PacketKey): boolean {
    const { words } = this.table;
    const at = index * ENTRY_WORDS;
    return (
      words[at] === key.a &&
      words[at + 1] === key.b &&
      words[at + 2] === key.ports &&
      ((words[at + META] as number) & PROTO_MASK) === key.proto
    );
  }

  /** Why nothing begins by this rule, if so; what another connection announced belongs to that one, and is not asked. */
  private refusalOf(rule: number): number {
    if (rule > MAX_RULE) throw new RangeError(`expected a rule index of at most ${MAX_RULE}, saw ${rule}`);
    if (rule < 0 || !this.policy.accepts(rule)) return VERDICT.policy_drop;
    return this.isDeferring && this.policy.defers(rule) ? VERDICT.deferred : VERDICT.accept;
  }

  private isFresh(index: number, now: number): boolean {
    return this.table.idleMs(index, now) <= MARK_LIFE_MS;
  }

  private sharedBits(state: number, side: number, rule: number, twoLegs: boolean, given?: number): number {
    const key = this.steering.key;
    const bit = key.proto === PROTO_TCP ? 1 : key.proto === PROTO_UDP ? 2 : 0;
    const own = this.policy.syncOf(rule);
    const never = ((this.neverSynced[key.dstPort] as number) & bit) !== 0;
    let sync: number = given !== undefined ? given : own === undefined ? (never ? SYNC.never : this.sync) : SYNC[own];
    if (twoLegs && sync === SYNC.delayed && this.settings.asymmetricAtOnce) sync = SYNC.immediate;
    return (
      (state << STATE_SHIFT) |
      (key.swapped === 1 ? INITIATOR_B : 0) |
      (side === 1 ? FROM_OUTSIDE : 0) |
      (twoLegs ? TWO_LEGS : 0) |
      (sync << SYNC_SHIFT)
    );
  }
}

function isInvalid(key: PacketKey): boolean {
  return (
    key.proto === PROTO_TCP &&
    key.track === TRACK.connection &&
    !key.icmpError &&
    segmentOf(key.tcpFlags) === SEGMENT.invalid
  );
}
