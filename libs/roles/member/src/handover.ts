import type { Cancel, Runtime } from '@rehearsal/kernel';
import { nodeCode } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';

/** Slots that were seized from a lost member and may be served once nobody can release its packets. */
interface Seizure {
  readonly version: number;
  untilMs: number;
  readonly slots: Set<number>;
}

/** An orchestrator that may hold a lease: for as long as it is live, or a short while after it was. */
interface Leased {
  readonly incarnation: number;
  untilMs: number;
}

/** Clocks may drift this much against one another while a lease runs. */
const DRIFT_PERCENT = 10;

function withDrift(leaseMs: number): number {
  return leaseMs * (1 + DRIFT_PERCENT / 100);
}

/**
 * Waits until a slot may be served: after the old active's in-order release, or, after a loss, until
 * every live orchestrator has confirmed the version that took the slot away, or its lease must have run
 * out (fidelity: F-LEASE). One that has just been lost counts as live until then: it may have been unheard and no more.
 */
export class Handover {
  /** Slot -> member number whose release is awaited. */
  private readonly awaited = new Map<number, number>();
  private seizures: Seizure[] = [];
  /** By node code, since each frame says so: incarnation and highest table version heard from an orchestrator. */
  private readonly confirmed = new Map<number, { incarnation: number; version: number }>();
  /** By orchestrator id. */
  private readonly leased = new Map<string, Leased>();
  private timer: Cancel | undefined;
  private waitMs: number;
  private readonly rt: Runtime;
  private readonly orchestrators: () => SecurityGroupState['orchestrators'];
  private readonly onMayServe: (slots: Iterable<number>) => void;

  constructor(
    rt: Runtime,
    leaseMs: number,
    orchestrators: () => SecurityGroupState['orchestrators'],
    onMayServe: (slots: Iterable<number>) => void,
  ) {
    this.rt = rt;
    this.waitMs = withDrift(leaseMs);
    this.orchestrators = orchestrators;
    this.onMayServe = onMayServe;
  }

  /** Leases last for so long from now on; those that are waited for may be longer by now. */
  setLease(leaseMs: number): void {
    const longerMs = Math.max(0, withDrift(leaseMs) - this.waitMs);
    this.waitMs = withDrift(leaseMs);
    for (const seizure of this.seizures) seizure.untilMs += longerMs;
    for (const leased of this.leased.values()) leased.untilMs += longerMs;
  }

  clear(): void {
    this.awaited.clear();
    this.seizures = [];
    this.timer?.();
    this.timer = undefined;
  }

  awaitRelease(slot: number, from: number): void {
    this.forget(slot);
    this.awaited.set(slot, from);
  }

  seize(version: number, slots: readonly number[]): void {
    if (slots.length === 0) return;
    for (const slot of slots) this.forget(slot);
    this.seizures.push({ version, untilMs: this.rt.nowMs() + this.waitMs, slots: new Set(slots) });
  }

  /** The slot is no longer this member's to serve. */
  forget(slot: number): void {
    this.awaited.delete(slot);
    for (const seizure of this.seizures) seizure.slots.delete(slot);
  }

  awaitsReleaseFrom(slot: number, member: number): boolean {
    return this.awaited.get(slot) === member;
  }

  /** Slots whose release was awaited from a member that is lost by now: seized after all. */
  onMemberLost(member: number, version: number): void {
    const slots: number[] = [];
    for (const [slot, from] of this.awaited) if (from === member) slots.push(slot);
    this.seize(version, slots);
  }

  /** The old active's release has come: the slots among `slots` that waited for it. */
  released(from: number, slots: readonly number[]): number[] {
    const ready = slots.filter((slot) => this.awaited.get(slot) === from);
    for (const slot of ready) this.awaited.delete(slot);
    return ready;
  }

  heard(orchestrator: number, incarnation: number, version: number): void {
    const known = this.confirmed.get(orchestrator);
    if (
      known !== undefined &&
      (known.incarnation > incarnation || (known.incarnation === incarnation && known.version >= version))
    ) {
      return;
    }
    this.confirmed.set(orchestrator, { incarnation, version });
    if (this.seizures.length > 0) this.check();
  }

  /** Serves what may be served by now; looks again when the next lease must have run out. To be called with each table. */
  readonly check = (): void => {
    this.timer?.();
    this.timer = undefined;
    const nowMs = this.rt.nowMs();
    this.noteLeases(nowMs);
    if (this.seizures.length === 0) return;
    const ready = this.seizures.filter((s) => nowMs >= s.untilMs || this.allConfirmed(s.version));
    if (ready.length > 0) {
      this.seizures = this.seizures.filter((s) => !ready.includes(s));
      for (const seizure of ready) this.onMayServe(seizure.slots);
    }
    if (this.seizures.length > 0) {
      const leases = [...this.seizures, ...this.leased.values()];
      const nextMs = Math.min(...leases.map((l) => l.untilMs));
      this.timer = this.rt.after(Math.max(1, nextMs - nowMs), this.check);
    }
  };

  /** Orchestrators that may hold a lease: those that are live, and those that were until a short while ago. */
  leases(nowMs: number): { readonly id: string; readonly incarnation: number; readonly untilMs: number }[] {
    this.noteLeases(nowMs);
    return [...this.leased].map(([id, leased]) => ({ id, ...leased }));
  }

  private noteLeases(nowMs: number): void {
    for (const { id, status, incarnation } of this.orchestrators()) {
      const known = this.leased.get(id);
      if (status === 'active') this.leased.set(id, { incarnation, untilMs: Infinity });
      else if (known?.untilMs === Infinity) this.leased.set(id, { incarnation, untilMs: nowMs + this.waitMs });
      else if (known !== undefined && nowMs >= known.untilMs) this.leased.delete(id);
    }
  }

  private allConfirmed(version: number): boolean {
    for (const [id, { incarnation }] of this.leased) if (!this.hasConfirmed(id, incarnation, version)) return false;
    return true;
  }

  private hasConfirmed(id: string, incarnation: number, version: number): boolean {
    const known = this.confirmed.get(nodeCode('orchestrator', id));
    return known !== undefined && known.incarnation === incarnation && known.version >= version;
  }
}
