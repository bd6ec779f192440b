import type { ConnectionTable, ForwardingEntries, Mode, Steering } from '@rehearsal/dataplane';
import { NONE } from '@rehearsal/dataplane';
import type { Cancel, Runtime } from '@rehearsal/kernel';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { Duties } from './duties.js';
import { DUTY } from './duties.js';
import type { Handover } from './handover.js';
import type { Legs } from './legs.js';
import type { Peers } from './peers.js';
import type { Turns } from './turns.js';

/** Connections told of in one round, so that signs of life leave in between. */
const ROUND_CONNECTIONS = 512;

export interface RedistributionParts {
  readonly rt: Runtime;
  readonly connections: ConnectionTable;
  readonly entries: ForwardingEntries;
  readonly steering: Steering;
  readonly duties: Duties;
  readonly legs: Legs;
  readonly handover: Handover;
  readonly peers: Peers;
  readonly turns: Turns;
  /** In force until the log says otherwise. */
  readonly planned: { readonly inside: Mode; readonly outside: Mode };
  /** fidelity: F-DIST-ANNOUNCE; false is the negative control: nobody tells anybody. */
  readonly announce: boolean;
  /** fidelity: F-SYNC-ASYMMETRIC */
  readonly immediate: boolean;
  /** Packets that are here still come from orchestrators that have been lost: they are forgotten. */
  forgetPackets(): void;
  /** Something to say in the next sign of life, which is better sent now. */
  onReady(): void;
}

/**
 * A change of the distribution, as a member goes through it (fidelity: F-DIST-CHANGE). Once every live orchestrator has
 * said that nothing steered the old way is outstanding, or its lease must have run out since it was lost, each
 * connection at home here is told of where its packets will come in; when all of that is held and backed up, this member
 * is ready. Slots that come meanwhile are gone through as well.
 */
export class Redistribution {
  /** Table version at which the change began; 0: there is none. */
  private since = 0;
  /** The packets of old are gone, and the next modes are in force here. */
  private passed = false;
  /** By orchestrator id: the last change it said it is drained for, in which life. */
  private readonly drained = new Map<string, { readonly incarnation: number; readonly since: number }>();
  /** Slots whose connections are to be told of. */
  private readonly slots = new Set<number>();
  private round: Cancel | undefined;
  private fence: Cancel | undefined;
  private lookQueued = false;
  private said = false;
  private state: SecurityGroupState | undefined;
  private readonly parts: RedistributionParts;

  constructor(parts: RedistributionParts) {
    this.parts = parts;
  }

  /** Nothing steered by the table that is folded here may be judged any more. */
  get isClosed(): boolean {
    return this.passed;
  }

  /** Whether all that is at home here is known, and backed up, wherever its packets will come in. */
  get isReady(): boolean {
    const { duties, legs, connections, peers } = this.parts;
    if (!this.passed || this.slots.size > 0 || legs.waiting > 0 || connections.toSend.waiting > 0) return false;
    for (const duty of duties.duty) if (duty === DUTY.waiting) return false;
    return peers.othersSettled;
  }

  /** Takes the folded state, ahead of what else follows from its table. */
  take(state: SecurityGroupState): void {
    const { nextDistribution: next } = state;
    this.state = state;
    this.said = false;
    if (next.since === this.since && next.since > 0) return;
    this.end();
    this.since = next.since;
    this.setModes(false);
  }

  /** An orchestrator says that nothing from before the change is outstanding with it. */
  onDrained(orchestrator: string, incarnation: number, since: number): void {
    this.drained.set(orchestrator, { incarnation, since });
    this.check();
  }

  /** Passes on once it may; looks again when the next lease must have run out. To be called after each table. */
  readonly check = (): void => {
    this.fence?.();
    this.fence = undefined;
    if (this.since === 0) return;
    if (!this.passed) {
      const nowMs = this.parts.rt.nowMs();
      let untilMs = 0;
      for (const { id, incarnation, untilMs: leaseMs } of this.parts.handover.leases(nowMs)) {
        const said = this.drained.get(id);
        if (said?.incarnation === incarnation && said.since >= this.since) continue;
        untilMs = Math.max(untilMs, leaseMs);
      }
      if (untilMs > nowMs) {
        if (untilMs < Infinity) this.fence = this.parts.rt.after(Math.max(1, untilMs - nowMs), this.check);
        return;
      }
      this.pass();
    }
    this.look();
  };

  /** The slot is served here from now on. */
  onServe(slot: number): void {
    if (!this.passed) return;
    this.slots.add(slot);
    this.tellSoon();
  }

  /** Something that was waited for has come: says so if it was the last. */
  look(): void {
    if (!this.passed || this.said || this.lookQueued) return;
    this.lookQueued = true;
    this.parts.rt.atTurnEnd(() => {
      this.lookQueued = false;
      if (this.said || !this.isReady) return;
      this.said = true;
      this.parts.onReady();
    });
  }

  /** This life is over. */
  clear(): void {
    this.end();
    this.since = 0;
    this.state = undefined;
  }

  private end(): void {
    this.passed = false;
    this.slots.clear();
    this.round?.();
    this.round = undefined;
    this.fence?.();
    this.fence = undefined;
  }

  private pass(): void {
    const { duties, forgetPackets } = this.parts;
    this.passed = true;
    forgetPackets();
    for (let slot = 0; slot < duties.duty.length; slot++) {
      if (duties.duty[slot] === DUTY.serving) this.slots.add(slot);
    }
    this.tell();
  }

  private tellSoon(): void {
    this.round ??= this.parts.rt.after(0, this.tell);
  }

  private readonly tell = (): void => {
    this.round = undefined;
    const { duties, connections, turns } = this.parts;
    let budget = ROUND_CONNECTIONS;
    for (const slot of this.slots) {
      if (budget <= 0) break;
      this.slots.delete(slot);
      if (duties.duty[slot] !== DUTY.serving) continue;
      budget -= connections.sizeOfSlot[slot] as number;
      this.tellSlot(slot);
    }
    this.setModes(true);
    if (this.slots.size > 0) this.tellSoon();
    turns.flush();
    this.look();
  };

  /** What others hold of its connections goes, then comes what they will need. */
  private tellSlot(slot: number): void {
    const { rt, connections, entries, legs, announce, immediate } = this.parts;
    if (!announce) return;
    const now = connections.relative(rt.nowMs());
    for (const next of [false, true]) {
      this.setModes(next);
      for (let index = connections.firstOf(slot); index !== NONE; index = connections.nextOf(index)) {
        if (connections.isForward(index) || !entries.spreadAnew(index, immediate, now)) continue;
        if (next) legs.install(index);
        else legs.withdraw(index);
      }
    }
  }

  private setModes(next: boolean): void {
    const { state } = this;
    if (state === undefined) return;
    const { steering, planned } = this.parts;
    const now = state.distribution.since > 0 ? state.distribution : planned;
    const { inside, outside } = next ? state.nextDistribution : now;
    steering.setModes(inside, outside);
  }
}
