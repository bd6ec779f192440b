import type { PendingPackets } from '@rehearsal/dataplane';
import { PENDING } from '@rehearsal/dataplane';
import { emitAux, REASONS, RECORD_FLAG } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { Egress } from './egress.js';
import type { MemberWay, MemberWays } from './member-ways.js';

/** In a packet's `meta`: it was handed out and came back, or was taken back. Record flags begin at bit 17. */
const RESTEERED_META = RECORD_FLAG.resteered << 17;
/** What of a packet's side and flags is told to the outside world. */
export const TOLD_FLAGS = 1 | (RECORD_FLAG.resteered << 1);

export interface SlotOrderParts {
  readonly slots: number;
  readonly pending: PendingPackets;
  readonly ways: MemberWays;
  readonly egress: Egress;
}

/**
 * One rule keeps the order: packets of a slot are outstanding at one member and under one epoch at a
 * time. When the slot moves, newer packets wait here until the old member has answered or refused
 * (NACK) the rest, or is lost; what it did not serve goes first.
 */
export class SlotOrder {
  private readonly active: Int32Array;
  private readonly epoch: Int32Array;
  /** Per slot: 1 while packets that have to be judged again wait for the rest to come back. */
  private readonly recalled: Uint8Array;
  private readonly touched = new Set<number>();
  private readonly pending: PendingPackets;
  private readonly ways: MemberWays;
  private readonly egress: Egress;

  constructor(parts: SlotOrderParts) {
    const { slots } = parts;
    this.pending = parts.pending;
    this.ways = parts.ways;
    this.egress = parts.egress;
    this.active = new Int32Array(slots);
    this.epoch = new Int32Array(slots);
    this.recalled = new Uint8Array(slots);
  }

  /** Takes a packet whose bytes are at word `at` of the arena; -1: there was no room for them. */
  take(tag: number, meta: number, slot: number, at: number): void {
    const number = at < 0 ? 0 : this.pending.add(tag, meta, slot, at);
    if (number === 0) {
      this.egress.name(tag, (meta >>> 16) & 1, REASONS.hold_overflow, slot);
      return;
    }
    if (this.blocked(slot) || this.pending.waitingOf[slot] !== 1) return;
    this.dispatch(number, slot, this.pending.arena);
  }

  /** The packet was not judged: it goes again. */
  again(number: number, slot: number): void {
    this.pending.markWaiting(number, RESTEERED_META);
    this.touched.add(slot);
  }

  /** The packet, and every later one of its slot, has to be judged again, once the rest has come back. */
  recall(number: number, slot: number): void {
    this.recalled[slot] = 1;
    this.again(number, slot);
  }

  /** The packet is done with. */
  settle(number: number, slot: number): void {
    this.pending.settle(number);
    if (this.pending.waitingOf[slot] !== 0) this.touched.add(slot);
  }

  /** The member that serves the slot as far as is known here; 0: none does. */
  activeOf(slot: number): number {
    return this.active[slot] ?? 0;
  }

  /** Whether what was judged under `epoch` of the slot counts no more. */
  isOver(slot: number, epoch: number): boolean {
    return slot < 0 || slot >= this.epoch.length || epoch < (this.epoch[slot] as number);
  }

  /** Whether the packet comes after one of its slot that has to be judged again. */
  isRecalled(number: number, slot: number): boolean {
    return this.recalled[slot] === 1 && this.pending.firstOf(slot) !== number;
  }

  onTable(state: SecurityGroupState): void {
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

  /** The packets a member that is gone had not answered: with `resend` again to the slots' new actives, else named. */
  onMemberLost(member: number, resend: boolean): void {
    const { pending } = this;
    const way = this.ways.all[member - 1] as MemberWay;
    for (let slot = 0; slot < this.active.length; slot++) {
      if (!pending.isOutAt(slot, member)) continue;
      if (resend) pending.takeBack(slot, RESTEERED_META);
      else this.lose(slot, way, member);
      this.touched.add(slot);
    }
  }

  /** Sends what may go by now. */
  dispatchTouched(): void {
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
    this.ways.queueFlush();
  }

  clear(): void {
    this.pending.clear();
    this.touched.clear();
  }

  /** Whether the slot's older packets must be answered first. */
  private blocked(slot: number): boolean {
    const { pending } = this;
    if (pending.isOutElsewhere(slot, this.active[slot] as number, this.epoch[slot] as number)) return true;
    return this.recalled[slot] === 1 && pending.outstandingOf[slot] !== 0;
  }

  private dispatch(number: number, slot: number, arena: Int32Array): void {
    const { pending, ways } = this;
    const member = this.active[slot] as number;
    const meta = pending.metaOf(number);
    if (member === 0) {
      this.egress.name(pending.tagOf(number), (meta >>> 16) & TOLD_FLAGS, REASONS.no_active_member, slot);
      pending.settle(number);
      return;
    }
    ways.write(member, number, meta, slot, arena, pending.atOf(number));
    pending.markOutstanding(number, member, this.epoch[slot] as number);
    ways.flushFull(member);
  }

  /** Names the slot's outstanding packets as lost with that member. */
  private lose(slot: number, way: MemberWay, member: number): void {
    const { pending } = this;
    let number = pending.firstOf(slot);
    while (number !== 0) {
      const next = pending.nextOf(number);
      if (pending.stateOf(number) === PENDING.outstanding) {
        // Sent after its last sign of life: it went into the window before the loss was declared.
        const reason = pending.takenAtMs(number) > way.lastHeardMs ? REASONS.dead_window : REASONS.lost_in_member;
        const sideAndFlags = (pending.metaOf(number) >>> 16) & TOLD_FLAGS;
        this.egress.name(pending.tagOf(number), sideAndFlags, reason, emitAux(slot, member));
        pending.settle(number);
      }
      number = next;
    }
  }
}
