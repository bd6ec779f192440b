import type { DataplaneTable } from '@rehearsal/security-group';

/** What this member does for a slot. */
export const DUTY = {
  none: 0,
  /** Holds a copy in step. */
  backup: 1,
  /** Is being copied to. */
  joining: 2,
  /** Is active, but somebody else may still be serving: packets are held. */
  waiting: 3,
  serving: 4,
} as const;

/** Slots that begin or end a duty by one change of the table. */
export interface DutyChange {
  /** Active from now on, after the one before released them in order. */
  readonly takeOver: { slot: number; from: number }[];
  /** Active from now on, once no orchestrator can release packets of the one before any more. */
  readonly seize: number[];
  /** Of `seize`: no copy was held here. */
  readonly empty: number[];
  /** Served, or waited for, until now; `to` is active now. */
  readonly handOver: { slot: number; to: number; wasServing: boolean }[];
  /** Neither active, backup nor joining any more. */
  readonly drop: number[];
  /** Active here, and `joining` is somebody new. */
  readonly copy: number[];
}

/** The duties of one member, slot by slot, as the folded table gives them. */
export class Duties {
  readonly duty: Uint8Array;
  /** 1 where the member serves: what expiry may end by itself. */
  readonly serves: Uint8Array;
  table: DataplaneTable | undefined;
  private readonly me: number;

  /** `me`: member number, from 1. */
  constructor(slots: number, me: number) {
    this.me = me;
    this.duty = new Uint8Array(slots);
    this.serves = new Uint8Array(slots);
  }

  /** Forgets all duties: this incarnation is over. */
  clear(): void {
    this.duty.fill(DUTY.none);
    this.serves.fill(0);
    this.table = undefined;
  }

  setServing(slot: number): void {
    this.duty[slot] = DUTY.serving;
    this.serves[slot] = 1;
  }

  /** Takes the next version of the table; says what changes for this member. */
  change(next: DataplaneTable): DutyChange {
    const change: DutyChange = { takeOver: [], seize: [], empty: [], handOver: [], drop: [], copy: [] };
    const before = this.table;
    this.table = next;
    for (let slot = 0; slot < next.active.length; slot++) this.changeSlot(slot, before, next, change);
    return change;
  }

  private changeSlot(slot: number, before: DataplaneTable | undefined, next: DataplaneTable, change: DutyChange): void {
    const { me } = this;
    const duty = this.duty[slot] as number;
    const wasActive = duty >= DUTY.waiting;
    if (next.active[slot] === me) {
      if (!wasActive || next.epoch[slot] !== before?.epoch[slot]) this.becomeActive(slot, before, next, change);
      const chosenAnew = next.joiningSince[slot] !== before?.joiningSince[slot];
      if (next.joining[slot] !== 0 && (chosenAnew || !wasActive)) change.copy.push(slot);
      return;
    }
    if (wasActive) {
      change.handOver.push({ slot, to: next.active[slot] as number, wasServing: duty === DUTY.serving });
      this.serves[slot] = 0;
    }
    if (next.backup[slot] === me) this.duty[slot] = DUTY.backup;
    else if (next.joining[slot] === me) this.duty[slot] = DUTY.joining;
    else {
      if (duty !== DUTY.none) change.drop.push(slot);
      this.duty[slot] = DUTY.none;
    }
  }

  private becomeActive(
    slot: number,
    before: DataplaneTable | undefined,
    next: DataplaneTable,
    change: DutyChange,
  ): void {
    const previous = before?.active[slot] ?? 0;
    const alive =
      previous !== 0 && previous !== this.me && next.incarnation[previous] === before?.incarnation[previous];
    if (alive) change.takeOver.push({ slot, from: previous });
    else change.seize.push(slot);
    // One commit may find a joining member in step and swap the slot to it; whoever inherits a slot from
    // the dead while still joining holds a part of it at best, and the slot counts as orphaned.
    const duty = this.duty[slot];
    if (duty === DUTY.none || (duty === DUTY.joining && !alive)) change.empty.push(slot);
    this.duty[slot] = DUTY.waiting;
    this.serves[slot] = 0;
  }
}
