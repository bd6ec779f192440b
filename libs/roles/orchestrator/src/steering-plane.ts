import { FRAGMENT, PENDING, PendingPackets, Steering, fragmentOf } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { Channel, ChannelHub } from '@rehearsal/protocol';
import { FRAME, nodeCode, PacketFrameReader, PacketFrameWriter, REASONS, RECORD_FLAG } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { OrchestratorConfig } from './config.js';
import type { Egress } from './egress.js';
import { FragmentSteering, KEPT, laterFragmentMeta } from './fragment-steering.js';

/** Home slot and epoch, before a corrected packet. */
const CORRECTED_HEAD_WORDS = 2;
const ARENA_WORDS = 16 * 1024 * 1024;

/** What the plane knows of one member. */
interface MemberWay {
  readonly id: string;
  readonly code: number;
  incarnation: number;
  active: boolean;
  lastHeardMs: number;
  readonly writer: PacketFrameWriter;
  /** Batches the channel had no room for, oldest first; they go when the member acknowledges, or with the member. */
  kept: Int32Array[];
}

/**
 * Spreads packets over members and keeps each until it is answered.
 *
 * One rule keeps the order: packets of a slot are outstanding at one member and under one epoch at a
 * time. When the slot moves, newer packets wait here until the old member has answered or refused
 * (NACK) the rest, or is lost; what it did not serve goes first.
 */
export class SteeringPlane {
  readonly pending: PendingPackets;
  readonly members: MemberWay[];
  private readonly steering: Steering;
  private readonly fragments: FragmentSteering;
  private readonly reader = new PacketFrameReader();
  private readonly answers = new PacketFrameReader();
  private active: Int32Array;
  private epoch: Int32Array;
  /** Per slot: member number and epoch its outstanding packets were sent under. */
  private readonly sentTo: Int32Array;
  private readonly sentEpoch: Int32Array;
  /** Per slot: 1 while packets that have to be judged again wait for the rest to come back. */
  private readonly recalled: Uint8Array;
  private flushQueued = false;
  private readonly touched = new Set<number>();

  private readonly rt: Runtime;
  private readonly hub: ChannelHub;
  private readonly config: OrchestratorConfig;
  private readonly egress: Egress;
  private readonly onUnreachable: (code: number) => void;

  constructor(
    rt: Runtime,
    hub: ChannelHub,
    config: OrchestratorConfig,
    egress: Egress,
    onUnreachable: (code: number) => void,
  ) {
    this.onUnreachable = onUnreachable;
    this.rt = rt;
    this.hub = hub;
    this.config = config;
    this.egress = egress;
    const slots = config.settings['dist.slots'];
    this.steering = new Steering({
      slots,
      l4: config.settings['dist.l4'],
      modes: [config.interfaces.inside, config.interfaces.outside],
      gtp: config.settings['dist.gtp'],
    });
    let capacity = 1024;
    while (capacity < config.settings['hold.maxPackets'] * 2) capacity *= 2;
    this.pending = new PendingPackets(capacity, ARENA_WORDS, slots);
    this.fragments = new FragmentSteering({
      rt,
      settings: config.settings,
      steering: this.steering,
      pending: this.pending,
      egress,
      take: (...packet) => this.take(...packet),
      passBy: (...packet) => this.passBy(...packet),
    });
    this.active = new Int32Array(slots);
    this.epoch = new Int32Array(slots);
    this.sentTo = new Int32Array(slots);
    this.sentEpoch = new Int32Array(slots);
    this.recalled = new Uint8Array(slots);
    this.members = config.members.map((m) => ({
      id: m.id,
      code: nodeCode('member', m.id),
      incarnation: 0,
      active: false,
      lastHeardMs: 0,
      writer: new PacketFrameWriter(),
      kept: [],
    }));
  }

  memberByCode(code: number): MemberWay | undefined {
    return this.members.find((m) => m.code === code);
  }

  /** A channel to a member has begun: what found no room goes when there is some. */
  adopt(channel: Channel): void {
    const m = this.members.findIndex((way) => way.code === channel.peerCode);
    channel.onAcked = () => this.sendKept(m, channel);
    channel.onGivenUp = () => this.onUnreachable(channel.peerCode);
  }

  /** Takes a frame of packets from the outside world. */
  onPackets(words: Int32Array): void {
    const reader = this.reader;
    if (!reader.open(words)) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const nowMs = this.rt.nowMs();
    const base = this.pending.takeFrame(words, nowMs);
    while (reader.next()) {
      const { packetAt, lenBytes, side } = reader;
      let slot = this.steering.steer(words, packetAt, lenBytes, side);
      let meta = lenBytes | (side << 16);
      let at = base + packetAt;
      const fragment = fragmentOf(words, packetAt, lenBytes);
      if (fragment !== FRAGMENT.none) {
        slot = this.fragments.place(fragment, slot, reader, base, nowMs);
        if (slot === KEPT) continue;
        if (fragment === FRAGMENT.later) {
          meta = laterFragmentMeta(lenBytes, side);
          at--;
        }
      }
      if (slot < 0) this.passBy(reader.id, side, lenBytes, words, packetAt, -slot);
      else this.take(reader.id, meta, slot, base < 0 ? base : at);
    }
    if (base >= 0) this.pending.closeFrame();
    this.fragments.release();
    this.queueFlush();
  }

  /** Time has passed: fragments whose first one did not come are named. */
  expireFragments(): void {
    this.fragments.expire(this.rt.nowMs());
  }

  /** Takes a packet whose bytes are at word `at` of the arena; -1: there was no room for them. */
  private take(tag: number, meta: number, slot: number, at: number): void {
    const number = at < 0 ? 0 : this.pending.add(tag, meta, slot, at);
    if (number === 0) {
      this.egress.name(tag, (meta >>> 16) & 1, REASONS.hold_overflow, slot);
      return;
    }
    if (this.blocked(slot) || this.pending.waitingOf[slot] !== 1) return;
    this.dispatch(number, slot, this.pending.arena);
  }

  /** Names packets that came while this orchestrator does not belong to the group. */
  refuse(words: Int32Array): void {
    const reader = this.reader;
    if (!reader.open(words)) return;
    while (reader.next()) this.egress.name(reader.id, reader.side, REASONS.no_active_member, 0);
  }

  /** Takes a member's answer; the caller has made sure that this member may still speak. */
  onAnswer(words: Int32Array): void {
    const reader = this.answers;
    if (!reader.open(words)) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const { pending, egress } = this;
    const dedup = this.config.settings['egress.dedup'];
    const probe = this.config.probe;
    while (reader.next()) {
      const number = reader.id;
      if (pending.stateOf(number) !== PENDING.outstanding) {
        this.rt.count('answers_repeated', 1);
        if (dedup || reader.code !== 0) continue;
        egress.deliver(pending.tagOf(number), reader.lenBytes, reader.side, reader.aux, words, reader.packetAt);
        continue;
      }
      const slot = pending.slotOf(number);
      if (reader.code === REASONS.nack) {
        this.rt.count('packets_steered_anew', 1);
        pending.markWaiting(number);
        this.touched.add(slot);
        continue;
      }
      const tag = pending.tagOf(number);
      if (reader.code !== 0) {
        egress.name(tag, reader.side, reader.code, slot);
      } else if ((reader.flags & RECORD_FLAG.corrected) === 0) {
        egress.deliver(tag, reader.lenBytes, reader.side, slot, words, reader.packetAt);
        probe?.onEmit(this.rt.self.id, slot, reader.aux, tag);
      } else if (this.isStale(number, slot, words, reader.packetAt)) {
        this.recalled[slot] = 1;
        pending.markWaiting(number);
        this.touched.add(slot);
        continue;
      } else {
        const side = reader.side | (RECORD_FLAG.corrected << 1);
        const at = reader.packetAt + CORRECTED_HEAD_WORDS;
        egress.deliver(tag, reader.lenBytes - CORRECTED_HEAD_WORDS * 4, side, slot, words, at);
        probe?.onEmit(this.rt.self.id, slot, reader.aux, tag);
        probe?.onCorrected(
          this.rt.self.id,
          words[reader.packetAt] as number,
          words[reader.packetAt + 1] as number,
          tag,
        );
      }
      pending.settle(number);
      if (pending.waitingOf[slot] !== 0) this.touched.add(slot);
    }
    this.dispatchTouched();
  }

  /**
   * Whether a corrected packet was judged under an epoch of its home slot that is over here: the member that handed it
   * on may not have read yet that the one that judged it is lost. It is sent again, and so is every later one of its
   * slot, once all that is outstanding has come back: their order stays.
   */
  private isStale(number: number, slot: number, words: Int32Array, at: number): boolean {
    const home = words[at] as number;
    // fidelity: F-EGRESS-FENCE
    if (!this.config.settings['egress.fence']) return false;
    if (home < 0 || home >= this.epoch.length || (words[at + 1] as number) < (this.epoch[home] as number)) return true;
    return this.recalled[slot] === 1 && this.pending.firstOf(slot) !== number;
  }

  /**
   * Steers by a newer table. Packets steered so far go out first, under the version they were steered by, and what is
   * steered now under the new one, even a batch that is full before this returns: its member would send it back, and
   * the rest of the slot's packets, in a later batch, would overtake it.
   */
  onTable(state: SecurityGroupState): void {
    this.flush();
    this.hub.tableVersion = state.version;
    for (let m = 0; m < this.members.length; m++) {
      const way = this.members[m] as MemberWay;
      const now = state.members[m];
      if (now === undefined) continue;
      const alive = now.status === 'active';
      if (way.active && (!alive || now.incarnation !== way.incarnation))
        this.onMemberLost(m + 1, !alive && now.drained);
      if (alive && (!way.active || now.incarnation !== way.incarnation)) {
        way.lastHeardMs = this.rt.nowMs();
      }
      way.active = alive;
      way.incarnation = now.incarnation;
    }
    for (let slot = 0; slot < state.active.length; slot++) {
      const epoch = state.epoch[slot] as number;
      if (this.epoch[slot] === epoch && this.active[slot] === state.active[slot]) continue;
      this.active[slot] = state.active[slot] as number;
      this.epoch[slot] = epoch;
      this.touched.add(slot);
    }
    for (let slot = 0; slot < state.active.length; slot++) {
      if (this.pending.waitingOf[slot] !== 0) this.touched.add(slot);
    }
    this.dispatchTouched();
  }

  /** Sends what has been written for members. */
  readonly flush = (): void => {
    this.flushQueued = false;
    for (let m = 0; m < this.members.length; m++) this.flushMember(m);
  };

  /** Forgets everything: this orchestrator was declared lost, its packets have been named by others. */
  clear(): void {
    for (let slot = 0; slot < this.active.length; slot++) {
      for (let number = this.pending.firstOf(slot); number !== 0; number = this.pending.nextOf(number)) {
        if (this.pending.stateOf(number) !== PENDING.none) this.pending.settle(number);
      }
    }
    this.fragments.clear();
    for (const way of this.members) {
      way.writer.reset();
      way.kept = [];
    }
    this.touched.clear();
  }

  private passBy(tag: number, side: number, lenBytes: number, words: Int32Array, at: number, verdict: number): void {
    this.rt.count('packets_passed_by', 1);
    // fidelity: F-POLICY-OTHER
    if (this.config.settings['policy.other'] === 'pass') this.egress.deliver(tag, lenBytes, side, 0, words, at);
    else this.egress.name(tag, side, verdict, 0);
  }

  /** Whether the slot's older packets must be answered first. */
  private blocked(slot: number): boolean {
    return (
      this.pending.outstandingOf[slot] !== 0 &&
      (this.sentEpoch[slot] !== this.epoch[slot] ||
        this.sentTo[slot] !== this.active[slot] ||
        this.recalled[slot] === 1)
    );
  }

  private dispatch(number: number, slot: number, arena: Int32Array): void {
    const { pending } = this;
    const member = this.active[slot] as number;
    const meta = pending.metaOf(number);
    if (member === 0) {
      this.egress.name(pending.tagOf(number), (meta >>> 16) & 1, REASONS.no_active_member, slot);
      pending.settle(number);
      return;
    }
    const way = this.members[member - 1] as MemberWay;
    way.writer.add(number, meta & 0xffff, meta >>> 16, 0, slot, arena, pending.atOf(number));
    pending.markOutstanding(number);
    this.sentTo[slot] = member;
    this.sentEpoch[slot] = this.epoch[slot] as number;
    if (way.writer.full || way.writer.count >= this.config.settings['batch.maxPackets']) this.flushMember(member - 1);
  }

  private dispatchTouched(): void {
    if (this.touched.size === 0) return;
    const { pending } = this;
    for (const slot of this.touched) {
      if (this.blocked(slot)) continue;
      this.recalled[slot] = 0;
      let number = pending.firstOf(slot);
      while (number !== 0 && pending.waitingOf[slot] !== 0) {
        const next = pending.nextOf(number);
        if (pending.stateOf(number) === PENDING.waiting) this.dispatch(number, slot, pending.arena);
        number = next;
      }
    }
    this.touched.clear();
    this.queueFlush();
  }

  /**
   * The packets a member that is gone had not answered: again to the slots' new actives, or named. One
   * that `drained` never began what it had not answered.
   */
  private onMemberLost(member: number, drained: boolean): void {
    const { pending } = this;
    const way = this.members[member - 1] as MemberWay;
    const resend = drained || this.config.settings['resend.batches'];
    way.writer.reset();
    way.kept = [];
    for (let slot = 0; slot < this.sentTo.length; slot++) {
      if (this.sentTo[slot] !== member || pending.outstandingOf[slot] === 0) continue;
      let number = pending.firstOf(slot);
      while (number !== 0) {
        const next = pending.nextOf(number);
        if (pending.stateOf(number) === PENDING.outstanding) {
          if (resend) pending.markWaiting(number);
          else this.lose(number, slot, way);
        }
        number = next;
      }
      this.touched.add(slot);
    }
    if (!drained) this.rt.count('members_lost', 1);
  }

  private lose(number: number, slot: number, way: MemberWay): void {
    const { pending } = this;
    // Sent after its last sign of life: it went into the window before the loss was declared.
    const reason = pending.takenAtMs(number) > way.lastHeardMs ? REASONS.dead_window : REASONS.lost_in_member;
    this.egress.name(pending.tagOf(number), (pending.metaOf(number) >>> 16) & 1, reason, slot);
    pending.settle(number);
  }

  private queueFlush(): void {
    if (this.flushQueued) return;
    this.flushQueued = true;
    this.rt.atTurnEnd(this.flush);
  }

  private flushMember(m: number): void {
    const way = this.members[m] as MemberWay;
    const { writer } = way;
    if (writer.count === 0) return;
    const channel = way.active ? this.hub.open(way.code, way.incarnation) : undefined;
    writer.finish();
    if (way.kept.length > 0 || channel === undefined || channel.send(FRAME.batch, writer.words, writer.at) === 0) {
      way.kept.push(writer.words.slice(0, writer.at));
      this.rt.count('batches_kept_back', 1);
    }
    writer.reset();
  }

  private sendKept(m: number, channel: Channel): void {
    const way = this.members[m] as MemberWay;
    let sent = 0;
    for (const words of way.kept) {
      if (channel.send(FRAME.batch, words, words.length) === 0) break;
      sent++;
    }
    if (sent > 0) way.kept.splice(0, sent);
  }
}
