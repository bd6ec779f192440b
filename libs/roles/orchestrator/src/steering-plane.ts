import type { Steering } from '@rehearsal/dataplane';
import { FRAGMENT, LEAST_PENDING, PENDING, PendingPackets, fragmentOf, steeringOf } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { ChannelHub } from '@rehearsal/protocol';
import { emitAux, PacketFrameReader, REASONS, RECORD_FLAG } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { OrchestratorConfig } from './config.js';
import type { Egress } from './egress.js';
import { HeldFrames } from './held-frames.js';
import { FragmentSteering, KEPT, laterFragmentMeta } from './fragment-steering.js';
import type { MemberWay } from './member-ways.js';
import { MemberWays } from './member-ways.js';
import { SlotOrder, TOLD_FLAGS } from './slot-order.js';

/** Home slot and epoch, before a corrected packet. */
const CORRECTED_HEAD_WORDS = 2;
const ARENA_WORDS = 16 * 1024 * 1024;

/** Spreads packets over members and keeps each until it is answered; the order of each slot's is `SlotOrder`'s. */
export class SteeringPlane {
  readonly pending: PendingPackets;
  readonly ways: MemberWays;
  private readonly steering: Steering;
  private readonly fragments: FragmentSteering;
  private readonly order: SlotOrder;
  private readonly reader = new PacketFrameReader();
  private readonly answers = new PacketFrameReader();

  private readonly held: HeldFrames;
  /** Table version at which the change of the distribution under way began; 0: none is. */
  private changingSince = 0;

  private readonly rt: Runtime;
  private readonly hub: ChannelHub;
  private readonly config: OrchestratorConfig;
  private readonly egress: Egress;

  constructor(
    rt: Runtime,
    hub: ChannelHub,
    config: OrchestratorConfig,
    egress: Egress,
    onUnreachable: (code: number) => void,
  ) {
    this.rt = rt;
    this.hub = hub;
    this.config = config;
    this.egress = egress;
    const { settings } = config;
    const slots = settings['dist.slots'];
    this.steering = steeringOf(settings, config.interfaces);
    this.pending = new PendingPackets(Math.max(LEAST_PENDING, settings['hold.maxPackets'] * 2), ARENA_WORDS, slots);
    this.ways = new MemberWays(rt, hub, config.members, settings, onUnreachable);
    this.order = new SlotOrder({ slots, pending: this.pending, ways: this.ways, egress });
    this.held = new HeldFrames(settings['hold.maxPackets'], (tag, side) =>
      egress.name(tag, side, REASONS.hold_overflow, 0),
    );
    this.fragments = new FragmentSteering({
      rt,
      settings,
      steering: this.steering,
      pending: this.pending,
      egress,
      take: (...packet) => this.order.take(...packet),
      passBy: (...packet) => this.passBy(...packet),
    });
  }

  /** Packets that wait until the distribution has changed. */
  get heldPackets(): number {
    return this.held.packets;
  }

  /** The change of the distribution that nothing steered before it is outstanding for any more; 0: there is none. */
  get drainedFor(): number {
    return this.pending.size === 0 ? this.changingSince : 0;
  }

  /** Takes a frame of packets from the outside world. */
  onPackets(words: Int32Array): void {
    if (this.changingSince > 0 && this.held.hold(words)) return;
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
      else this.order.take(reader.id, meta, slot, base < 0 ? base : at);
    }
    if (base >= 0) this.pending.closeFrame();
    this.fragments.release();
    this.ways.queueFlush();
  }

  /** Time has passed: fragments whose first one did not come are named. */
  expireFragments(): void {
    this.fragments.expire(this.rt.nowMs());
  }

  /** Names packets that came while this orchestrator does not belong to the group: it has been lost, and joins anew. */
  refuse(words: Int32Array): void {
    const reader = this.reader;
    if (!reader.open(words)) return;
    while (reader.next()) this.egress.name(reader.id, reader.side, REASONS.orchestrator_lost, 0);
  }

  /** Takes the answer of the member of that number; the caller has made sure that it may still speak. */
  onAnswer(words: Int32Array, member: number): void {
    const reader = this.answers;
    if (!reader.open(words)) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const { pending, egress, order } = this;
    const dedup = this.config.settings['egress.dedup'];
    const probe = this.config.probe;
    while (reader.next()) {
      const number = reader.id;
      if (pending.stateOf(number) !== PENDING.outstanding) {
        this.rt.count('answers_repeated', 1);
        if (dedup || reader.code !== 0) continue;
        const aux = emitAux(pending.slotOf(number), member);
        egress.deliver(pending.tagOf(number), reader.lenBytes, reader.side, aux, words, reader.packetAt);
        continue;
      }
      const slot = pending.slotOf(number);
      if (reader.code === REASONS.nack) {
        this.rt.count('packets_steered_anew', 1);
        order.again(number, slot);
        continue;
      }
      const tag = pending.tagOf(number);
      const isCorrected = (reader.flags & RECORD_FLAG.corrected) !== 0;
      const side = reader.side | ((pending.metaOf(number) >>> 16) & TOLD_FLAGS & ~1);
      if (reader.code !== 0) {
        egress.name(tag, side, reader.code, emitAux(slot, member));
      } else if (order.isRecalled(number, slot) || (isCorrected && this.isStale(words, reader.packetAt))) {
        order.recall(number, slot);
        continue;
      } else if (!isCorrected) {
        egress.deliver(tag, reader.lenBytes, side, emitAux(slot, member), words, reader.packetAt);
        probe?.onEmit(this.rt.self.id, slot, reader.aux, tag);
      } else {
        const sideAndFlags = side | (RECORD_FLAG.corrected << 1);
        const at = reader.packetAt + CORRECTED_HEAD_WORDS;
        const aux = emitAux(slot, member, order.activeOf(words[reader.packetAt] as number));
        egress.deliver(tag, reader.lenBytes - CORRECTED_HEAD_WORDS * 4, sideAndFlags, aux, words, at);
        probe?.onEmit(this.rt.self.id, slot, reader.aux, tag);
        probe?.onCorrected(
          this.rt.self.id,
          words[reader.packetAt] as number,
          words[reader.packetAt + 1] as number,
          tag,
        );
      }
      order.settle(number, slot);
    }
    order.dispatchTouched();
  }

  /**
   * Whether a corrected packet was judged under an epoch of its home slot that is over here: the member that handed it
   * on may not have read yet that the one that judged it is lost. It is sent again, and so is every later one of its
   * slot, whoever judged it, once all that is outstanding has come back: their order stays.
   */
  private isStale(words: Int32Array, at: number): boolean {
    // fidelity: F-EGRESS-FENCE
    if (!this.config.settings['egress.fence']) return false;
    return this.order.isOver(words[at] as number, words[at + 1] as number);
  }

  /**
   * Steers by a newer table. Packets steered so far go out first, under the version they were steered by, and what is
   * steered now under the new one, even a batch that is full before this returns: its member would send it back, and
   * the rest of the slot's packets, in a later batch, would overtake it.
   */
  onTable(state: SecurityGroupState): void {
    this.flush();
    this.hub.tableVersion = state.version;
    this.ways.onTable(state, this.onMemberLost);
    this.order.onTable(state);
    this.changeDistribution(state);
  }

  /** From the version that begins a change on, what comes waits; from the one that ends it on, it is steered anew. */
  private changeDistribution({ distribution, nextDistribution }: SecurityGroupState): void {
    if (distribution.since > 0) this.steering.setModes(distribution.inside, distribution.outside);
    const isOver = this.changingSince > 0 && nextDistribution.since === 0;
    this.changingSince = nextDistribution.since;
    if (isOver) this.held.release(this.take);
  }

  private readonly take = (words: Int32Array): void => this.onPackets(words);

  /** Sends what has been written for members. */
  flush(): void {
    this.ways.flush();
  }

  /** Forgets everything: this orchestrator was declared lost, its packets have been named by others. */
  clear(): void {
    this.order.clear();
    this.fragments.clear();
    this.held.clear();
    this.ways.clear();
  }

  private passBy(tag: number, side: number, lenBytes: number, words: Int32Array, at: number, verdict: number): void {
    this.rt.count('packets_passed_by', 1);
    // fidelity: F-POLICY-OTHER
    if (this.config.settings['policy.other'] === 'pass') this.egress.deliver(tag, lenBytes, side, 0, words, at);
    else this.egress.name(tag, side, verdict, 0);
  }

  /** A member is gone. One that `drained` never began what it had not answered. */
  private readonly onMemberLost = (member: number, drained: boolean): void => {
    this.ways.drop(this.ways.all[member - 1] as MemberWay);
    this.order.onMemberLost(member, drained || this.config.settings['resend.batches']);
    if (!drained) this.rt.count('members_lost', 1);
  };
}
