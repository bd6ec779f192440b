import type { ConnectionTable, FlowRecorder } from '@rehearsal/dataplane';
import { FLOW, FLOW_LOST } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { ChannelHub } from '@rehearsal/protocol';
import type { MemberProbe } from './config.js';
import type { Correction } from './correction.js';
import type { Duties, DutyChange } from './duties.js';
import { DUTY } from './duties.js';
import type { Handover } from './handover.js';
import type { Legs } from './legs.js';
import type { Redistribution } from './redistribution.js';
import type { Replication } from './replication.js';
import type { Serving } from './serving.js';
import type { Turns } from './turns.js';

export interface SlotMovesParts {
  readonly rt: Runtime;
  readonly hub: ChannelHub;
  readonly probe: MemberProbe | undefined;
  readonly connections: ConnectionTable;
  readonly duties: Duties;
  readonly flows: FlowRecorder;
  readonly handover: Handover;
  readonly replication: Replication;
  readonly serving: Serving;
  readonly correction: Correction;
  readonly legs: Legs;
  readonly redistribution: Redistribution;
  readonly turns: Turns;
}

/** Slots that come to this member and go from it, one life at a time. */
export class SlotMoves {
  /** Slots to be released to a member as soon as they could have been served here. */
  private readonly relay = new Map<number, number>();
  /** Slots that may be served, or passed on, once all that is at hand has been heard. */
  private readonly due = new Set<number>();
  private dueQueued = false;
  /** By slot: who released it to this member, 0 where that one was lost. */
  private readonly releasedBy: Uint16Array;
  private readonly parts: SlotMovesParts;

  constructor(parts: SlotMovesParts) {
    this.parts = parts;
    this.releasedBy = new Uint16Array(parts.connections.slots);
  }

  /** Slots are to be passed on that have not come yet. */
  get isRelaying(): boolean {
    return this.relay.size > 0;
  }

  /** Takes what `version` of the table changes for this member. */
  take(change: DutyChange, version: number): void {
    const { rt, connections, flows, handover, replication } = this.parts;
    const now = connections.relative(rt.nowMs());
    for (const { slot, from } of change.takeOver) this.beginAnew(slot, from);
    for (const slot of change.seize) this.beginAnew(slot, 0);
    for (const slot of change.drop) connections.dropSlot(slot);
    for (const slot of change.empty) {
      flows.tellSlot(FLOW.lost, slot, now, FLOW_LOST.no_copy_in_step);
      connections.dropSlot(slot);
    }
    for (const { slot, from } of change.takeOver) handover.awaitRelease(slot, from);
    handover.seize(version, change.seize);
    this.handOver(change.handOver, version);
    for (const slot of change.copy) replication.queueCopy(slot);
  }

  /**
   * The slots may be served, or be passed on, at the end of this turn: a member that was hung, or cannot keep up, finds
   * what gave it a slot and what took it away again in one heap, and another has served the slot since.
   */
  serve(slots: Iterable<number>): void {
    for (const slot of slots) this.due.add(slot);
    if (this.due.size === 0 || this.dueQueued) return;
    this.dueQueued = true;
    this.parts.rt.atTurnEnd(this.serveDue);
  }

  private readonly serveDue = (): void => {
    this.dueQueued = false;
    const { rt, hub, probe, duties, flows, replication, serving, correction, legs, redistribution, turns } = this.parts;
    const now = this.parts.connections.relative(rt.nowMs());
    const { table } = duties;
    if (table === undefined || turns.stopped) return;
    const due = [...this.due];
    this.due.clear();
    for (const slot of due) {
      const relayTo = this.relay.get(slot);
      if (relayTo !== undefined) {
        this.relay.delete(slot);
        replication.handOver(relayTo, table.version, [slot], true);
        continue;
      }
      if (duties.duty[slot] !== DUTY.waiting) continue;
      duties.setServing(slot);
      flows.tellSlot(FLOW.taken_over, slot, now, this.releasedBy[slot] as number);
      probe?.onServe(rt.self.id, hub.incarnation, slot, table.epoch[slot] as number);
      serving.serveHeld(slot);
      correction.onServe(slot);
      legs.onServe(slot);
      redistribution.onServe(slot);
      if (table.joining[slot] !== 0) replication.queueCopy(slot);
    }
    if (due.length > 0) turns.flush();
  };

  /** The slot is this member's by a newer table: what held by an older one counts no more. */
  private beginAnew(slot: number, from: number): void {
    this.releasedBy[slot] = from;
    this.relay.delete(slot);
    this.due.delete(slot);
  }

  /** This life is over: nothing is served. */
  clear(): void {
    const { rt, hub, probe, connections, duties, flows } = this.parts;
    const { duty } = duties;
    const now = connections.relative(rt.nowMs());
    for (let slot = 0; slot < duty.length; slot++) {
      if (duty[slot] !== DUTY.serving) continue;
      flows.tellSlot(FLOW.abandoned, slot, now, 0);
      probe?.onRelease(rt.self.id, hub.incarnation, slot);
    }
    duties.clear();
    this.relay.clear();
    this.due.clear();
  }

  /** Slots that are another's from this version on: the release is the last word on each. */
  private handOver(changes: DutyChange['handOver'], version: number): void {
    const { rt, hub, probe, connections, flows, handover, replication, serving } = this.parts;
    const now = connections.relative(rt.nowMs());
    const served = new Map<number, number[]>();
    const unserved = new Map<number, number[]>();
    for (const { slot, to, wasServing } of changes) {
      serving.refuseHeld(slot);
      if (wasServing) flows.tellSlot(FLOW.handed_over, slot, now, to);
      probe?.onRelease(rt.self.id, hub.incarnation, slot);
      if (to === 0) {
        handover.forget(slot);
        this.due.delete(slot);
      } else if (wasServing) push(served, to, slot);
      else if (handover.awaitsReleaseFrom(slot, to)) {
        // It comes back to the one who served last: nothing was done here, and nothing may be overwritten.
        handover.forget(slot);
        push(unserved, to, slot);
      } else {
        // Released once this member itself would have been free to serve.
        this.relay.set(slot, to);
      }
    }
    for (const [to, slots] of served) replication.handOver(to, version, slots, true);
    for (const [to, slots] of unserved) replication.handOver(to, version, slots, false);
  }
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
