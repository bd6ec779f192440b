import {
  ENTRY_WORDS,
  FROM_OUTSIDE,
  INITIATOR_B,
  MAX_RULE,
  META,
  STATE_SHIFT,
  SYNC,
  SYNC_SHIFT,
} from './connection-entry.js';
import type { SyncPolicy } from './connection-entry.js';
import { NONE, TABLE_FULL } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import type { Expiry } from './expiry.js';
import { PROTO_TCP, PROTO_UDP, TRACK } from './packet-key.js';
import { Steering } from './steering.js';
import { noteChange } from './sync-decision.js';
import { DROP, REOPEN, SEGMENT, STATE, nextState, nextUdpState, segmentOf } from './tcp.js';
import { VERDICT } from './verdict.js';

/** The installed policy, as far as the pipeline asks it. Addresses are 32-bit integers in host order. */
export interface PolicyMatcher {
  /** Index of the first rule that matches, 0 to 32767; -1: none does. */
  match(src: number, dst: number, proto: number, dstPort: number): number;
  /** Whether the rule accepts. */
  accepts(rule: number): boolean;
}

export interface PipelineSettings {
  /** Table slots, and whether ports take part in steering: as the orchestrators steer. */
  readonly slots: number;
  readonly l4: boolean;
  /** Sync of connections whose service is not in `syncNever` (fidelity: F-SYNC-POLICY). */
  readonly sync: SyncPolicy;
  /** Services that are never synced (fidelity: F-SYNC-NEVER). */
  readonly syncNever: readonly { readonly proto: number; readonly port: number }[];
  readonly syncDelayMs: number;
  /** A TCP packet that no connection and no SYN explains (fidelity: F-TCP-OUT-OF-STATE). */
  readonly tcpOutOfState: 'drop' | 'accept';
  /** Fragments, and protocols other than TCP and UDP; they pass or not, each by itself (fidelity: F-POLICY-OTHER). */
  readonly other: 'pass' | 'drop';
}

/** Marks older than this say nothing: packet numbers may have gone half round since. */
const MARK_LIFE_MS = 300_000;

/**
 * What a member does with one packet: read it, find or make its connection, follow its state, give the verdict.
 *
 * A packet the connection has seen before (its number is not above the mark) is a replay: its state stays and it
 * is emitted again, since the first emission may never have left. Drops leave no mark. A replay is dropped only
 * if the connection could not accept it in its present state either, which tcp.ts makes agree with the first
 * verdict for every packet that was accepted.
 */
export class Pipeline {
  readonly steering: Steering;
  /** Connection the last packet belongs to, or -1. */
  index = NONE;
  /** Whether the last packet was a replay. */
  replayed = false;
  private readonly table: ConnectionTable;
  private readonly expiry: Expiry;
  private policy: PolicyMatcher;
  private readonly settings: PipelineSettings;
  private readonly sync: number;
  /** By port: bit 0 for TCP, bit 1 for UDP: the service is never synced. */
  private readonly neverSynced = new Uint8Array(65536);

  constructor(table: ConnectionTable, expiry: Expiry, policy: PolicyMatcher, settings: PipelineSettings) {
    this.table = table;
    this.expiry = expiry;
    this.policy = policy;
    this.settings = settings;
    this.sync = SYNC[settings.sync];
    this.steering = new Steering(settings);
    for (const { proto, port } of settings.syncNever) {
      const bit = proto === PROTO_TCP ? 1 : proto === PROTO_UDP ? 2 : 0;
      this.neverSynced[port] = (this.neverSynced[port] as number) | bit;
    }
  }

  /** Later packets are matched by this policy; connections that exist stay. */
  install(policy: PolicyMatcher): void {
    this.policy = policy;
  }

  /**
   * Reads the packet of `lenBytes` at word `at` and returns its slot, or minus the verdict that refuses it.
   * `judge` then speaks of this packet.
   */
  read(words: Int32Array, at: number, lenBytes: number): number {
    return this.steering.steer(words, at, lenBytes);
  }

  /**
   * The verdict on the packet read last, of slot `slot`. `side` 0: it came in inside, 1: outside.
   * `orchestrator` 0 or 1 and `packetNumber` say who sent it here and as what; `now` is in the table's time.
   */
  judge(slot: number, side: number, orchestrator: number, packetNumber: number, now: number): number {
    const key = this.steering.key;
    this.index = NONE;
    this.replayed = false;
    if (key.track !== TRACK.connection) {
      if (this.settings.other === 'pass') return VERDICT.accept;
      return key.track === TRACK.fragment ? VERDICT.fragment : VERDICT.unsupported_protocol;
    }
    const segment = key.proto === PROTO_TCP ? segmentOf(key.tcpFlags) : SEGMENT.syn;
    if (segment === SEGMENT.invalid) return VERDICT.malformed;
    const table = this.table;
    const index = table.find(this.steering.hash, key.a, key.b, key.ports, key.proto);
    if (index === NONE) return this.begin(slot, side, orchestrator, packetNumber, now);

    const meta = table.words[index * ENTRY_WORDS + META] as number;
    const fromInitiator = key.swapped === ((meta & INITIATOR_B) === 0 ? 0 : 1);
    const state = table.stateOf(index);
    const next =
      key.proto === PROTO_TCP ? nextState(state, key.tcpFlags, fromInitiator) : nextUdpState(state, fromInitiator);
    if (table.marks.covers(index, orchestrator, packetNumber) && this.isFresh(index, now)) {
      this.index = index;
      this.replayed = true;
      noteChange(table, index, now, this.settings.syncDelayMs);
      return next === DROP && !table.wasReopened(index) ? VERDICT.out_of_state : VERDICT.accept;
    }
    if (this.expiry.isExpired(index, now, 0)) {
      table.remove(index, true);
      return this.begin(slot, side, orchestrator, packetNumber, now);
    }
    if (next === DROP) return VERDICT.out_of_state;
    if (next === REOPEN) return this.reopen(index, side, orchestrator, packetNumber, now);
    this.applied(index, next, fromInitiator, orchestrator, packetNumber, now);
    return VERDICT.accept;
  }

  /** Whether the last packet, if accepted, may leave only once the backup holds the state it led to. */
  waitsForBackup(): boolean {
    return this.index !== NONE && this.table.syncOf(this.index) === SYNC.strict;
  }

  private begin(slot: number, side: number, orchestrator: number, packetNumber: number, now: number): number {
    const key = this.steering.key;
    let state: number = STATE.udpSent;
    if (key.proto === PROTO_TCP) {
      state = nextState(STATE.none, key.tcpFlags, true);
      if (state === DROP) {
        if (this.settings.tcpOutOfState === 'drop' || segmentOf(key.tcpFlags) === SEGMENT.rst) {
          return VERDICT.out_of_state;
        }
        state = STATE.established;
      }
    }
    const rule = this.policy.match(key.src, key.dst, key.proto, key.dstPort);
    if (!this.isAccepted(rule)) return VERDICT.policy_drop;
    const index = this.table.insert(
      this.steering.hash,
      key.a,
      key.b,
      key.ports,
      key.proto,
      this.sharedBits(state, side),
      slot,
      rule,
      now,
    );
    if (index === TABLE_FULL) return VERDICT.table_full;
    this.applied(index, state, true, orchestrator, packetNumber, now);
    return VERDICT.accept;
  }

  private reopen(index: number, side: number, orchestrator: number, packetNumber: number, now: number): number {
    const key = this.steering.key;
    const rule = this.policy.match(key.src, key.dst, key.proto, key.dstPort);
    if (!this.isAccepted(rule)) return VERDICT.policy_drop;
    this.table.reopen(index, this.sharedBits(STATE.synSent, side), rule, now);
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
    this.table.apply(index, state, fromInitiator, orchestrator, packetNumber, now);
    noteChange(this.table, index, now, this.settings.syncDelayMs);
    this.index = index;
  }

  private isAccepted(rule: number): boolean {
    if (rule > MAX_RULE) throw new RangeError(`expected a rule index of at most ${MAX_RULE}, saw ${rule}`);
    return rule >= 0 && this.policy.accepts(rule);
  }

  private isFresh(index: number, now: number): boolean {
    return this.table.idleMs(index, now) <= MARK_LIFE_MS;
  }

  private sharedBits(state: number, side: number): number {
    const key = this.steering.key;
    const bit = key.proto === PROTO_TCP ? 1 : 2;
    const never = ((this.neverSynced[key.dstPort] as number) & bit) !== 0;
    return (
      (state << STATE_SHIFT) |
      (key.swapped === 1 ? INITIATOR_B : 0) |
      (side === 1 ? FROM_OUTSIDE : 0) |
      ((never ? SYNC.never : this.sync) << SYNC_SHIFT)
    );
  }
}
